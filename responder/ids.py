"""ARM resource ids: parsed once, compared without case, never by prefix of a name.

One payload of Azure mixes ``resourcegroups`` and ``resourceGroups`` and several spellings of one group, so
every comparison goes through `same`. Source: Azure Resource Manager, "Resource IDs are case-insensitive".
"""

import re
from typing import Self

from responder.wire import Wire

_VAULT = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.recoveryservices/vaults/(?P<name>[^/]+)(?P<rest>/.*)?$",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"^/backupfabrics/azure/protectioncontainers/(?P<container>[^/]+)/protecteditems/(?P<item>[^/]+)$",
    re.IGNORECASE,
)
_RESOURCE = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/(?P<type>[^/]+/[^/]+)/(?P<name>[^/]+)$",
    re.IGNORECASE,
)


def same(one: str | None, other: str | None) -> bool:
    """Whether two ARM ids name one resource; a missing id is the same as nothing, not even as another missing one."""
    return bool(one) and bool(other) and str(one).rstrip("/").lower() == str(other).rstrip("/").lower()


def within(scope: str, resource_id: str) -> bool:
    """Whether a resource is the scope itself or lies below it, by whole path segments."""
    inner, outer = resource_id.rstrip("/").lower(), scope.rstrip("/").lower()
    return bool(outer) and (inner == outer or inner.startswith(outer + "/"))


class VaultId(Wire):
    """A Recovery Services vault."""

    subscription: str
    group: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The vault that an id of the vault, or of anything inside it, belongs to; None if it is no such id."""
        found = _VAULT.match(text)
        return cls(subscription=found["subscription"], group=found["group"], name=found["name"]) if found else None

    def __str__(self) -> str:
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.RecoveryServices/vaults/{self.name}"
        )


class ItemId(Wire):
    """A protected item: container and item as the backup API names them (``VM;iaasvmcontainerv2;group;vm``)."""

    vault: VaultId
    container: str
    item: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The protected item that an id names; None if it is no such id."""
        vault = _VAULT.match(text)
        inner = _ITEM.match(vault["rest"] or "") if vault else None
        if not vault or not inner:
            return None
        return cls(
            vault=VaultId(subscription=vault["subscription"], group=vault["group"], name=vault["name"]),
            container=inner["container"],
            item=inner["item"],
        )

    @classmethod
    def of_job_container(cls, vault: VaultId, container_name: str) -> Self:
        """The item of a VM job, whose ``containerName`` lacks the ``IaasVMContainer;`` prefix."""
        return cls(vault=vault, container=f"IaasVMContainer;{container_name}", item=f"VM;{container_name}")

    @property
    def is_virtual_machine(self) -> bool:
        """Whether the item is an Azure VM (Resource Manager), not a workload inside one nor a file share."""
        return self.item.lower().startswith("vm;iaasvmcontainerv2;")

    def __str__(self) -> str:
        return f"{self.vault}/backupFabrics/Azure/protectionContainers/{self.container}/protectedItems/{self.item}"


class ResourceId(Wire):
    """A top-level resource of a resource group, for example a VM or a restore point collection."""

    subscription: str
    group: str
    type: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The resource that an id names; None if it is no id of a top-level resource in a group."""
        found = _RESOURCE.match(text.rstrip("/"))
        return cls(**found.groupdict()) if found else None

    @property
    def group_id(self) -> str:
        """The ARM id of the resource's group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"

    def __str__(self) -> str:
        return f"{self.group_id}/providers/{self.type}/{self.name}"
