"""Whether a disk of the VM is a shared disk."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import judged
from playbooks.model import Cause
from responder.incident import Evidence


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if ``maxShares`` of a managed disk is above one.

    Source: Support matrix for Azure VM backups, shared disks are not supported.
    """
    disks = case.disks()
    shared = [disk for disk in disks if disk.max_shares > 1]
    names = ", ".join(f"{disk.name} (for {disk.max_shares} VMs)" for disk in shared)
    return judged(
        shared,
        f"Shared disks, which Azure Backup does not take: {names}.",
        f"Managed disks of the VM: {len(disks)}; no shared one is among them.",
        [Evidence(what=f"maxShares of {disk.name}", value=disk.max_shares, source=disk.id) for disk in disks],
    )
