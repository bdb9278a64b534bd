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
from responder.language import say

T = TypeVar("T")


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if one of them is not found, and names it.

    Source: Azure REST API reference: 404 of "Virtual Machines - Get", "Disks - Get", "Vaults - Get" (Key Vault).
    """
    machine = case.machine_if_there()
    if machine is None:
        gone = Evidence(what=say("VM"), value="not found", source=case.subject.vm_id)
        return confirmed(say("The VM {vm} is not there.", vm=case.subject.vm.name), [gone])
    disks = {disk.id: _found(case.disk, disk.id) for disk in machine.disks if disk.id}
    vaults = key_vaults.vaults(disk for disk in disks.values() if disk)
    keys = {name: _found(case.key_vault, name) for name in vaults}
    needed: dict[str, Disk | KeyVault | None] = {**disks, **keys}
    missing = [name for name, found in needed.items() if found is None]
    if missing:
        text = say("Resources that a backup of the VM needs are not there: {names}.", names=", ".join(missing))
        return confirmed(text, [_evidence(name, "not found") for name in missing])
    text = say("The VM, its {disks} disks and {vaults} key vaults are there.", disks=len(disks), vaults=len(keys))
    return ruled_out(text, [_evidence(name, "there") for name in (machine.id, *needed)])


def _evidence(name: str, state: str) -> Evidence:
    return Evidence(what=say("needed resource"), value=state, source=name)


def _found(read: Callable[[str], T], name: str) -> T | None:
    try:
        return read(name)
    except NotFound:
        return None
