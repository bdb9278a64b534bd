"""Whether the VM has unmanaged disks: page blobs in a storage account."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if a disk in the VM's storage profile is no managed one.

    Source: Azure REST API reference, "Virtual Machines - Get", storageProfile: managedDisk or vhd.
    """
    machine = case.machine()
    blobs = [disk.name for disk in machine.disks if not disk.id]
    evidence = [
        Evidence(what=say("disk {disk}", disk=disk.name), value=disk.id or "unmanaged (page blob)", source=machine.id)
        for disk in machine.disks
    ]
    if not machine.disks:
        return cannot_tell(say("ARM shows no disk of the VM."), evidence)
    return judged(
        blobs,
        say("Unmanaged disks of the VM: {disks}.", disks=", ".join(blobs)),
        say("All {count} disks of the VM are managed disks.", count=len(machine.disks)),
        evidence,
    )
