"""ARM ids on their way into a URL: parsed, of the type that is meant, every part quoted.

An id that comes from a playbook, an alert or an answer of ARM is a text like any other: one with a question mark or
with ``..`` in it would reach another resource than the one that it seems to name.
"""

import re
from urllib.parse import quote

from responder.errors import Rejected
from responder.ids import ResourceId, VaultId

_GUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_POINT = re.compile(r"^(?P<collection>/.+)/restorepoints/(?P<name>[^/]+)$", re.IGNORECASE)
_ROLE = re.compile(
    r"^(?:/subscriptions/(?P<subscription>[^/]+))?/providers/microsoft\.authorization/roledefinitions/(?P<name>[^/]+)$",
    re.IGNORECASE,
)
_NOWHERE = {"", ".", ".."}

MACHINE = "Microsoft.Compute/virtualMachines"
COLLECTION = "Microsoft.Compute/restorePointCollections"
DISK = "Microsoft.Compute/disks"
INTERFACE = "Microsoft.Network/networkInterfaces"
KEY_VAULT = "Microsoft.KeyVault/vaults"
VAULT = "Microsoft.RecoveryServices/vaults"

VAULT_API = "2026-11-01"
"""Version of the API of Recovery Services vaults."""


def resource(text: str, kind: str) -> ResourceId:
    """The resource that an id names.

    Raises:
        Rejected: it is no id of a top-level resource of this type.
    """
    found = ResourceId.parse(text)
    if found is None or found.type.lower() != kind.lower():
        raise Rejected(f"'{text}' is not the id of a resource of type {kind}.", code="NotTheResource")
    for part in (found.subscription, found.group, found.name):
        segment(part)
    return found


def point(text: str) -> tuple[ResourceId, str]:
    """Collection and name of a restore point.

    Raises:
        Rejected: it is no id of a restore point.
    """
    found = _POINT.match(text)
    if found is None:
        raise Rejected(f"'{text}' is no restore point.", code="NotTheResource")
    return resource(found["collection"], COLLECTION), segment(found["name"])


def role(text: str) -> tuple[str | None, str]:
    """Subscription and path of a role definition; built-in roles may be named without a subscription.

    Raises:
        Rejected: it is no id of a role definition.
    """
    found = _ROLE.match(text)
    if found is None:
        raise Rejected(f"'{text}' is no role definition.", code="NotTheResource")
    scope = path("subscriptions", found["subscription"]) if found["subscription"] else ""
    return found["subscription"], scope + path("providers", "Microsoft.Authorization", "roleDefinitions", found["name"])


def path_of(found: ResourceId) -> str:
    """The path of a resource."""
    return path("subscriptions", found.subscription, "resourceGroups", found.group, "providers") + (
        f"/{found.type}{path(found.name)}"
    )


def vault_path(vault: VaultId) -> str:
    """The path of a Recovery Services vault."""
    return path_of(ResourceId(subscription=vault.subscription, group=vault.group, type=VAULT, name=vault.name))


def path(*parts: str) -> str:
    """Path segments, quoted.

    Raises:
        Rejected: one of them is empty, or leads elsewhere.
    """
    return "".join(f"/{quote(segment(part), safe='')}" for part in parts)


def segment(part: str) -> str:
    """One path segment as it is.

    Raises:
        Rejected: it is none.
    """
    if part in _NOWHERE or "/" in part:
        raise Rejected(f"'{part}' is no name of a resource.", code="NotAName")
    return part


def guid(text: str) -> str:
    """A GUID as it is.

    Raises:
        Rejected: it is none.
    """
    if not _GUID.match(text):
        raise Rejected(f"'{text}' is no GUID.", code="NotAGuid")
    return text
