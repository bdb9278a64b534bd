"""Whether the VM agent works: it runs, reports, sees its network and is no older than it may be."""

from collections.abc import Iterator
from datetime import timedelta

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import agents, options
from playbooks.facts.times import hours, stamp
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.model import Agent
from responder.language import say

_LATE_MINUTES = 60


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the agent of a running VM is missing, not Ready, silent, without network or too old.

    ``using.minimum``: lowest version; ``using.late``: minutes without a report after which the agent counts as
    silent (60). A VM that does not run: cannot tell, for its last report stays as it was.
    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, section
    "UserErrorGuestAgentStatusUnavailable".
    """
    machine = case.machine()
    evidence = agents.told(machine, case.now)
    stopped = agents.not_running(machine)
    if stopped:
        return cannot_tell(stopped, evidence)
    if machine.agent is None:
        text = say("The VM runs, but ARM shows no VM agent: it is not installed or has never reported.")
        return confirmed(text, evidence)
    troubles = list(_troubles(case, cause, machine.agent))
    if troubles:
        return confirmed(f"{'; '.join(troubles)} ({agents.words(machine.agent)}).", evidence)
    text = say(
        "The VM agent {version} is Ready and reported at {moment}.",
        version=machine.agent.version,
        moment=stamp(machine.agent.at),
    )
    return ruled_out(text, evidence)


def _troubles(case: Case, cause: Cause, agent: Agent) -> Iterator[str]:
    silent = agents.silence(agent, case.now)
    if silent is not None and silent > timedelta(minutes=options.number(cause, "late", _LATE_MINUTES)):
        moment = stamp(agent.at)
        yield say("The VM agent has not reported since {moment} ({hours} h)", moment=moment, hours=hours(silent))
    if (agent.display or "").lower() != "ready":
        state = agent.display or say("without a status")
        yield say("The VM agent of the running VM is {state}", state=state)
    if agents.waits_for_network(agent):
        yield say("The VM agent tells of trouble with its network")
    if agents.version(agent.version) is None:
        yield say("The VM agent reports no version")
    minimum = cause.using.get("minimum")
    if agents.is_older(agent.version, minimum):
        yield say("The VM agent {version} is older than {minimum}", version=agent.version, minimum=minimum)
