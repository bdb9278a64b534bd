"""What a payload says of vault, job, item and VM, in as many places as it likes; and what of it can be trusted.

Every place is a witness. Two witnesses that contradict each other about the vault, the job, the item or the VM make
the payload unusable: the app would rather do nothing than repair the wrong machine.
Source: the forms of names and unique ids are those of the Azure Backup REST API (``containerName``) and of the table
AddonAzureBackupJobs (``BackupItemUniqueId``: ``region;vault number;iaasvmcontainerv2;group;vm``).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from responder.ids import ItemId, ResourceId, VaultId
from responder.intake import reasons

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_JOB = re.compile(r"/backupjobs/([^/]+)$")
_MACHINE = re.compile(r"(?:^|;)(?:iaasvmcontainerv2|compute);([^;/]+);([^;/]+)$", re.IGNORECASE)
_VIRTUAL_MACHINE = re.compile(r"(?:^|;)iaasvmcontainerv2;[^;/]+;[^;/]+$", re.IGNORECASE)
_GROUP = re.compile(r"[\w.()-]{0,89}[\w()-]")
_VM_NAME = re.compile(r"[\w.-]{1,64}")
_VAULT_NAME = re.compile(r"[a-z][a-z0-9-]{1,49}")

_Id = TypeVar("_Id", VaultId, ItemId, ResourceId)


class Claims(NamedTuple):
    """All witnesses, each as the payload wrote it; what is no such id counts as not said."""

    vaults: tuple[str, ...] = ()  # ARM ids of a vault, or of anything in it
    jobs: tuple[str, ...] = ()  # GUIDs, or ARM ids of jobs
    items: tuple[str, ...] = ()  # ARM ids of protected items
    containers: tuple[str, ...] = ()  # container names, item names, unique ids
    machines: tuple[str, ...] = ()  # ARM ids of VMs, or of what lies below one
    names: tuple[str, ...] = ()  # names of VMs


class Subject(NamedTuple):
    """What a payload is about. ``is_machine`` is None where it does not say whether that is a whole VM."""

    vault: str | None = None
    job: str | None = None
    item: str | None = None
    vm: str | None = None
    vm_name: str | None = None
    is_machine: bool | None = None


def settle(claims: Claims) -> Subject | str:
    """The one subject of all claims, or the name of their contradiction."""
    vaults = _distinct(vault_of(text) for text in (*claims.vaults, *claims.items, *claims.jobs))
    jobs = {job for text in (*claims.jobs, *claims.vaults) if (job := job_of(text))}
    items = _distinct(ItemId.parse(text) for text in claims.items if vault_of(text))
    if len(vaults) > 1:
        return reasons.CONTRADICTORY_VAULT
    if len(jobs) > 1:
        return reasons.CONTRADICTORY_JOB
    if len(items) > 1:
        return reasons.CONTRADICTORY_ITEM
    found = _protected(claims, next(iter(vaults), None), next(iter(items), None))
    return found._replace(job=next(iter(jobs), None)) if isinstance(found, Subject) else found


def vault_of(text: str) -> VaultId | None:
    """The vault that an ARM id lies in; None where no vault of Azure can have that name.

    Source: Azure, "Naming rules and restrictions for Azure resources".
    """
    vault = VaultId.parse(text)
    if vault is None or not _GUID.fullmatch(vault.subscription.lower()):
        return None
    return vault if _GROUP.fullmatch(vault.group) and _VAULT_NAME.fullmatch(vault.name.lower()) else None


def job_of(text: str) -> str | None:
    """The GUID of a job in lower case, from itself or from the job's ARM id."""
    lower = text.lower()
    found = _JOB.search(lower)
    job = found[1] if found else lower
    return job if _GUID.fullmatch(job) else None


def _distinct(ids: Iterable[_Id | None]) -> list[_Id]:
    """The ids without those that differ in case alone; the first spelling stays."""
    found: dict[str, _Id] = {}
    for one in ids:
        if one is not None:
            found.setdefault(str(one).lower(), one)
    return list(found.values())


def _protected(claims: Claims, vault: VaultId | None, item: ItemId | None) -> Subject | str:
    """What is protected: the claims about item and VM have to name one."""
    told = [*(name for name in claims.containers if ";" in name), *((item.container, item.item) if item else ())]
    machines = _distinct(_machine(text) for text in claims.machines)
    places = {place.lower(): place for name in told if (place := _place(name))}
    places |= {f"{machine.group};{machine.name}".lower(): f"{machine.group};{machine.name}" for machine in machines}
    kinds = {bool(_VIRTUAL_MACHINE.search(name)) for name in told}
    if len(machines) > 1 or len(places) > 1 or len(kinds) > 1:
        return reasons.CONTRADICTORY_ITEM
    is_machine = False if _lies_inside(claims.machines) else next(iter(kinds), None)
    place = next(iter(places.values()), None)
    told_names = [name for name in claims.names if _VM_NAME.fullmatch(name)]
    names = {name.lower() for name in told_names} | ({place.rpartition(";")[2].lower()} if place else set())
    if is_machine is not False and len(names) > 1:
        return reasons.CONTRADICTORY_ITEM
    if vault and place and is_machine and item is None:
        item = ItemId.of_job_container(vault, f"iaasvmcontainerv2;{place}")
    return Subject(
        vault=str(vault).lower() if vault else None,
        item=str(item).lower() if item else None,
        vm=str(machines[0]) if machines else _derived(vault, place) if is_machine else None,
        vm_name=None if place else next(iter(told_names), None),
        is_machine=is_machine,
    )


def _lies_inside(machines: Iterable[str]) -> bool:
    """Whether the source is a workload in a VM: its id lies below the VM's."""
    return any("/backupprotecteditem/" in text.lower() for text in machines)


def _machine(text: str) -> ResourceId | None:
    found = ResourceId.parse(text)
    return found if found and found.type.lower() == "microsoft.compute/virtualmachines" else None


def _place(name: str) -> str | None:
    """Group and name of the VM that a container or an item names, as ``group;vm``."""
    found = _MACHINE.search(name)
    return f"{found[1]};{found[2]}" if found else None


def _derived(vault: VaultId | None, place: str | None) -> str | None:
    """The VM of an item: VM and vault share their subscription, as Microsoft's Backup report assumes too."""
    if vault is None or place is None:
        return None
    group, _, name = place.partition(";")
    kind = "Microsoft.Compute/virtualMachines"
    return str(ResourceId(subscription=vault.subscription.lower(), group=group, type=kind, name=name))
