"""Whether a disk of the VM is larger than Azure Backup takes."""

from typing import NamedTuple

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say

_ENCRYPTED_LIMIT_GB = 4095


class _Size(NamedTuple):
    name: str
    gb: int | None
    source: str


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if a disk is above the limit, in GB: a setting, or 4095 for disks under Azure Disk Encryption.

    ``using.encrypted``: look at encrypted disks and their own limit.
    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, "UserErrorUnsupportedDiskSize";
    Support matrix for Azure VM backups, disk size.
    """
    encrypted = bool(cause.using.get("encrypted", False))
    sizes = _encrypted(case) if encrypted else _all(case)
    limit = _ENCRYPTED_LIMIT_GB if encrypted else case.settings.disk_limit_gb
    kind = say("disk under Azure Disk Encryption") if encrypted else say("disk")
    if encrypted and not sizes:
        used = [Evidence(what="Azure Disk Encryption", value=False, source=disk.id) for disk in case.disks()]
        return ruled_out(say("No disk of the VM uses Azure Disk Encryption."), used)
    evidence = [_evidence(one) for one in sizes]
    large = [one for one in sizes if one.gb is not None and one.gb > limit]
    if large:
        told = ", ".join(f"{one.name} ({one.gb} GB)" for one in large)
        text = say("Above the limit of {limit} GB for a {kind}: {disks}.", limit=limit, kind=kind, disks=told)
        return confirmed(text, evidence)
    unknown = [one.name for one in sizes if one.gb is None]
    if unknown or not sizes:
        return cannot_tell(say("ARM shows no size of {disks}.", disks=", ".join(unknown) or say("any disk")), evidence)
    largest = max(one.gb or 0 for one in sizes)
    text = say("The largest {kind} has {largest} GB; the limit is {limit} GB.", kind=kind, largest=largest, limit=limit)
    return ruled_out(text, evidence)


def _evidence(one: _Size) -> Evidence:
    return Evidence(what=say("size of {disk} in GB", disk=one.name), value=one.gb, source=one.source)


def _all(case: Case) -> list[_Size]:
    """Managed disks as they are, unmanaged ones as the VM's model has them."""
    managed = [_Size(disk.name, disk.size_gb, disk.id) for disk in case.disks()]
    machine = case.machine()
    return managed + [_Size(disk.name, disk.size_gb, machine.id) for disk in machine.disks if not disk.id]


def _encrypted(case: Case) -> list[_Size]:
    return [_Size(disk.name, disk.size_gb, disk.id) for disk in case.disks() if disk.encrypted]
