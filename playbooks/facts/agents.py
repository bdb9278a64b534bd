"""How to read what a VM agent reports.

Source: Azure REST API reference, "Virtual Machines - Instance View"; Microsoft Learn, "Troubleshoot Azure Backup
failure: Issues with the agent or extension".
"""

import re
from datetime import datetime, timedelta

from playbooks.facts.times import hours, rfc3339, stamp
from responder.azure.model import Agent, Machine
from responder.incident import Evidence
from responder.language import say

_NUMBERS = re.compile(r"\d+(?:\.\d+)+")
_PARTS = 4
_LATELY = timedelta(hours=1)
_NETWORK = ("network", "168.63.129.16", "wire server", "wireserver", "dhcp")
"""Words by which an agent tells of its network; a Ready agent may say "waiting for network issue to be resolved"."""


def version(text: str | None) -> tuple[int, ...] | None:
    """The four numbers of a version such as ``2.7.41491.1149`` or ``WALinuxAgent-2.2.45``; "Unknown" has none."""
    found = _NUMBERS.search(text or "")
    if found is None:
        return None
    parts = [int(part) for part in found[0].split(".")][:_PARTS]
    return tuple(parts + [0] * (_PARTS - len(parts)))


def is_older(one: str | None, other: str | None) -> bool | None:
    """Whether a version is below another, number by number; None if one of them is no version."""
    left, right = version(one), version(other)
    return None if left is None or right is None else left < right


def waits_for_network(agent: Agent | None) -> bool:
    """Whether the agent's message tells of trouble with its network, however ready it calls itself."""
    message = (agent.message or "").lower() if agent else ""
    return any(word in message for word in _NETWORK)


def is_ready(agent: Agent | None) -> bool:
    """Whether the agent calls itself ready, as a known version, without trouble in its network."""
    if agent is None or (agent.display or "").lower() != "ready":
        return False
    return version(agent.version) is not None and not waits_for_network(agent)


def answers(agent: Agent | None, now: datetime) -> bool:
    """Whether the agent is ready and has reported lately; Azure goes on to show the last report of a silent one."""
    silent = silence(agent, now) if agent else None
    return is_ready(agent) and (silent is None or silent <= _LATELY)


def silence(agent: Agent, now: datetime) -> timedelta | None:
    """Time since the agent's last report; None if that is not known."""
    return now - agent.at if agent.at else None


def not_running(machine: Machine) -> str | None:
    """Why nothing can be said of an agent: the VM does not run. None if it runs.

    A stopped VM keeps what its agent reported last, often a Ready one.
    """
    if machine.power == "running":
        return None
    power = machine.power or say("in an unknown power state")
    return say("The VM is {power}, so what its agent reported last says nothing of how it works now.", power=power)


def told(machine: Machine, now: datetime) -> list[Evidence]:
    """The power state and the agent's report, as evidence."""
    source = f"{machine.id}/instanceView"
    power = Evidence(what=say("power state"), value=machine.power, source=source)
    agent = machine.agent
    if agent is None:
        return [power, Evidence(what=say("VM agent"), value="none is reported", source=source)]
    silent = silence(agent, now)
    value = {
        "version": agent.version,
        "displayStatus": agent.display,
        "message": agent.message,
        "reportedAt": rfc3339(agent.at),
        "ageHours": hours(silent) if silent is not None else None,
    }
    return [power, Evidence(what=say("VM agent"), value=value, source=source)]


def words(agent: Agent) -> str:
    """The agent's status as it is told in a sentence."""
    said = f": {agent.message.rstrip('.')}" if agent.message else ""
    return say(
        "status {status}{told}, reported at {moment}",
        status=agent.display or say("unknown"),
        told=said,
        moment=stamp(agent.at),
    )
