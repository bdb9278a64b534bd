"""Whether a disk of the VM is a shared disk."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if ``maxShares`` of a managed disk is above one.

    Source: Support matrix for Azure VM backups, shared disks are not supported.
    """
    disks = case.disks()
    shared = [disk for disk in disks if disk.max_shares > 1]
    names = ", ".join(say("{disk} (for {count} VMs)", disk=disk.name, count=disk.max_shares) for disk in shared)
    return judged(
        shared,
        say("Shared disks, which Azure Backup does not take: {disks}.", disks=names),
        say("Managed disks of the VM: {count}; no shared one is among them.", count=len(disks)),
        [
            Evidence(what=say("maxShares of {disk}", disk=disk.name), value=disk.max_shares, source=disk.id)
            for disk in disks
        ],
    )
