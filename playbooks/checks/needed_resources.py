"""Which of the resources that a backup of this VM needs is gone: the VM, a disk, a key vault of its encryption."""

from collections.abc import Callable
from typing import TypeVar

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import key_vaults
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.model import Disk, KeyVault
from responder.errors import NotFound
from responder.incident import Evidence

T = TypeVar("T")


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if one of them is not found, and names it.

    Source: Azure REST API reference: 404 of "Virtual Machines - Get", "Disks - Get", "Vaults - Get" (Key Vault).
    """
    machine = case.machine_if_there()
    if machine is None:
        gone = Evidence(what="VM", value="not found", source=case.subject.vm_id)
        return confirmed(f"The VM {case.subject.vm.name} is not there.", [gone])
    disks = {disk.id: _found(case.disk, disk.id) for disk in machine.disks if disk.id}
    vaults = key_vaults.vaults(disk for disk in disks.values() if disk)
    keys = {name: _found(case.key_vault, name) for name in vaults}
    needed: dict[str, Disk | KeyVault | None] = {**disks, **keys}
    missing = [name for name, found in needed.items() if found is None]
    if missing:
        evidence = [Evidence(what="needed resource", value="not found", source=name) for name in missing]
        return confirmed(f"Resources that a backup of the VM needs are not there: {', '.join(missing)}.", evidence)
    evidence = [Evidence(what="needed resource", value="there", source=name) for name in (machine.id, *needed)]
    return ruled_out(f"The VM, its {len(disks)} disks and {len(keys)} key vaults are there.", evidence)


def _found(read: Callable[[str], T], name: str) -> T | None:
    try:
        return read(name)
    except NotFound:
        return None
