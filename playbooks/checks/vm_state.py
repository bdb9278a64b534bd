"""Whether the VM is in a certain provisioning state."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say

_STATES = ("Failed",)


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the provisioning state is one of ``using.states`` (Failed).

    Source: Microsoft Learn, "States and billing of Azure Virtual Machines", provisioning states.
    """
    machine = case.machine()
    evidence = [
        Evidence(what=say("provisioning state"), value=machine.state, source=machine.id),
        Evidence(what=say("power state"), value=machine.power, source=f"{machine.id}/instanceView"),
    ]
    if machine.state is None:
        return cannot_tell(say("ARM shows no provisioning state of the VM."), evidence)
    text = say("The provisioning state of the VM is {state}.", state=machine.state)
    return judged(options.among(machine.state, options.words(cause, "states", _STATES)), text, text, evidence)
