"""Whether a disk of the VM is in a state that stands against a snapshot."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say

_STATES = ("ActiveSAS", "ActiveUpload", "ReadyToUpload", "Unattached")


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if ``diskState`` is one of ``using.states`` (ActiveSAS, ActiveUpload, ReadyToUpload, Unattached).

    Source: Azure REST API reference, "Disks - Get", DiskState.
    """
    disks = case.disks()
    odd = [disk for disk in disks if options.among(disk.state, options.words(cause, "states", _STATES))]
    evidence = [
        Evidence(what=say("state of {disk}", disk=disk.name), value=disk.state, source=disk.id) for disk in disks
    ]
    if odd:
        told = ", ".join(say("{name} is {state}", name=disk.name, state=disk.state) for disk in odd)
        return confirmed(say("A disk is in a state that stands against a snapshot: {disks}.", disks=told), evidence)
    if not disks or any(disk.state is None for disk in disks):
        return cannot_tell(say("ARM does not show the state of every disk of the VM."), evidence)
    return ruled_out(say("The states of the VM's {count} managed disks are in order.", count=len(disks)), evidence)
