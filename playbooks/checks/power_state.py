"""Whether the VM is in one of certain power states."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say

_STATES = ("starting", "stopping", "stopped", "deallocating", "deallocated")


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the power state is one of ``using.states`` (all but running).

    Source: Azure REST API reference, "Virtual Machines - Instance View", statuses PowerState/*.
    """
    machine = case.machine()
    evidence = [Evidence(what=say("power state"), value=machine.power, source=f"{machine.id}/instanceView")]
    if machine.power is None:
        return cannot_tell(say("ARM shows no power state of the VM."), evidence)
    text = say("The VM is {power}.", power=machine.power)
    return judged(options.among(machine.power, options.words(cause, "states", _STATES)), text, text, evidence)
