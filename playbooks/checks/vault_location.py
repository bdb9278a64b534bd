"""Whether the VM and the vault lie in different regions."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if the regions differ.

    Source: Support matrix for Azure VM backups, the vault is in the region of its VMs.
    """
    machine, vault = case.machine(), case.vault()
    evidence = [
        Evidence(what=say("region of the VM"), value=machine.location, source=machine.id),
        Evidence(what=say("region of the vault"), value=vault.location, source=vault.id),
    ]
    if not machine.location or not vault.location:
        return cannot_tell(say("ARM does not show both regions."), evidence)
    return judged(
        _region(machine.location) != _region(vault.location),
        say("The VM is in {region}, the vault in {other}.", region=machine.location, other=vault.location),
        say("The VM and the vault are both in {region}.", region=vault.location),
        evidence,
    )


def _region(name: str) -> str:
    return name.replace(" ", "").lower()
