"""Holds what the simulator and the inbox recorded against what the scenario says must have happened."""

import json
from fnmatch import fnmatchcase
from typing import Any

from sandbox.arm import Cloud
from sandbox.inbox import Inbox
from sandbox.scenario import Scenario


def problems(scenario: Scenario, incident: dict[str, Any], cloud: Cloud, inbox: Inbox) -> list[str]:
    """What is not as the scenario says, or as it always must be; empty if everything is."""
    return [
        *_ending(scenario, incident),
        *_mutations(scenario.expect.mutations, cloud.mutations),
        *_reports(scenario, incident, inbox),
        *_playbooks(scenario, incident),
        *_retries(scenario, incident),
        *_findings(scenario, incident),
        *_sayings(scenario, incident),
        *_overlaps(cloud),
    ]


def _ending(scenario: Scenario, incident: dict[str, Any]) -> list[str]:
    found: list[str] = []
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


def _reports(scenario: Scenario, incident: dict[str, Any], inbox: Inbox) -> list[str]:
    """As many as expected, each with the outcome that the incident shows; those of earlier incidents apart."""
    reports = [message for message in (entry.message for entry in inbox.reports) if _is_of(message, incident)]
    wanted = f"backup.incident.{incident.get('outcome')}"
    found = [f"a report says {report['type']}, not {wanted}" for report in reports if report["type"] != wanted]
    if len(reports) != scenario.expect.reports:
        found.append(f"{len(reports)} reports arrived, not {scenario.expect.reports}")
    return found


def _is_of(message: dict[str, Any], incident: dict[str, Any]) -> bool:
    return bool(message["data"]["id"] == incident.get("id"))


def _playbooks(scenario: Scenario, incident: dict[str, Any]) -> list[str]:
    followed = [entry["code"] for entry in incident.get("playbooks", [])]
    wanted = scenario.expect.playbooks
    return [] if wanted is None or followed == wanted else [f"followed the playbooks {followed}, not {wanted}"]


def _retries(scenario: Scenario, incident: dict[str, Any]) -> list[str]:
    states = [entry["state"] for entry in incident.get("retries", [])]
    wanted = scenario.expect.retries
    return [] if wanted is None or states == wanted else [f"ad hoc backups ended as {states}, not {wanted}"]


def _findings(scenario: Scenario, incident: dict[str, Any]) -> list[str]:
    newest = {entry["cause"]: entry for entry in incident.get("findings", [])}
    told = {cause: newest.get(cause, {}).get("verdict") for cause in scenario.expect.findings}
    return [
        f"the finding about {cause} is {told[cause]}, not {wanted}: {newest.get(cause, {}).get('summary')}"
        for cause, wanted in scenario.expect.findings.items()
        if told[cause] != wanted
    ]


def _sayings(scenario: Scenario, incident: dict[str, Any]) -> list[str]:
    text = json.dumps(incident, ensure_ascii=False)
    return [f"the report does not say {wanted!r}" for wanted in scenario.expect.says if wanted not in text]


def _overlaps(cloud: Cloud) -> list[str]:
    """Ad hoc backups that were started while another job of the VM ran: never right, whatever the scenario."""
    jobs = [job for job in cloud.world.jobs if job.item is cloud.world.subject]
    return [
        f"ad hoc backup {ours.id} was started while job {other.id} ran"
        for ours in jobs
        for other in jobs
        if ours.expires is not None and other is not ours and other.started <= ours.started < other.ends
    ]
