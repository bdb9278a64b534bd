"""Whether the VM agent is older than the version that Azure Backup needs."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import agents
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.language import say


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the agent of a running VM is below ``using.minimum``; "Unknown" is no version.

    Source: Troubleshoot backup failures on Azure virtual machines, supported versions of the VM agent.
    """
    machine = case.machine()
    evidence = agents.told(machine, case.now)
    stopped = agents.not_running(machine)
    if stopped:
        return cannot_tell(stopped, evidence)
    minimum = cause.using.get("minimum")
    found = machine.agent.version if machine.agent else None
    older = agents.is_older(found, minimum)
    if older is None:
        why = say("ARM shows no version of the VM agent to compare with {minimum}.", minimum=minimum)
        return cannot_tell(why, evidence)
    text = say("The VM agent is version {found}; {minimum} or newer is needed.", found=found, minimum=minimum)
    return judged(older, text, text, evidence)
