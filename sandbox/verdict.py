"""Holds what the simulator and the inbox recorded against what the scenario says must have happened."""

from fnmatch import fnmatchcase
from typing import Any

from sandbox.inbox import Inbox
from sandbox.scenario import Scenario


def problems(scenario: Scenario, incident: dict[str, Any], mutations: list[dict[str, Any]], inbox: Inbox) -> list[str]:
    """What is not as the scenario says; empty if everything is."""
    return [
        *_ending(scenario, incident),
        *_mutations(scenario.expect.mutations, mutations),
        *_reports(scenario, inbox),
        *_playbooks(scenario, incident),
    ]


def _ending(scenario: Scenario, incident: dict[str, Any]) -> list[str]:
    found = []
    if incident.get("outcome") != scenario.outcome:
        found.append(f"outcome is {incident.get('outcome')}, not {scenario.outcome}: {incident.get('summary')}")
    if scenario.reason and incident.get("reason") != scenario.reason:
        found.append(f"reason is {incident.get('reason')}, not {scenario.reason}")
    return found


def _mutations(expected: list[str], recorded: list[dict[str, Any]]) -> list[str]:
    lines = [f"{entry['method']} {entry['path']} {entry['status']}" for entry in recorded]
    if len(lines) == len(expected) and all(map(_fits, lines, expected)):
        return []
    wanted, got = "\n  ".join(expected) or "none", "\n  ".join(lines) or "none"
    return [f"changing requests differ; expected\n  {wanted}\nrecorded\n  {got}"]


def _fits(line: str, pattern: str) -> bool:
    return fnmatchcase(line.lower(), pattern.lower())


def _reports(scenario: Scenario, inbox: Inbox) -> list[str]:
    count = len(inbox.reports)
    return [] if count == scenario.expect.reports else [f"{count} reports arrived, not {scenario.expect.reports}"]


def _playbooks(scenario: Scenario, incident: dict[str, Any]) -> list[str]:
    followed = [entry["code"] for entry in incident.get("playbooks", [])]
    wanted = scenario.expect.playbooks
    return [] if wanted is None or followed == wanted else [f"followed the playbooks {followed}, not {wanted}"]
