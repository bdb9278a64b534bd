"""Whether the operating system was shut down from inside, so that Azure's view of the VM is odd."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import agents
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if the VM is stopped but not deallocated; ruled out if it is deallocated, or runs with a good agent.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, "The snapshot status cannot be
    retrieved, or a snapshot cannot be taken".
    """
    machine = case.machine()
    evidence = agents.told(machine, case.now)
    if machine.power == "stopped":
        text = say(
            "The VM is stopped but not deallocated: its operating system was shut down from inside, not in Azure."
        )
        return confirmed(text, evidence)
    if machine.power == "deallocated":
        return ruled_out(say("The VM is deallocated: it was stopped through Azure, not from inside."), evidence)
    if machine.power == "running" and agents.answers(machine.agent, case.now):
        return ruled_out(say("The VM runs and its agent answers: it was not shut down."), evidence)
    if machine.power == "running":
        text = say(
            "Azure shows the VM as running while its agent is not well; whether the system inside runs ARM cannot show."
        )
        return cannot_tell(text, evidence)
    power = machine.power or say("in an unknown power state")
    return cannot_tell(say("The VM is {power}; who caused it ARM cannot show.", power=power), evidence)
