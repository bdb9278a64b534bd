"""An incident as lines for a person: the head, what happened, and what is left to do."""

from collections.abc import Iterator
from typing import Any

from responder.cli.screen import Screen, moment, name_of, plain
from responder.dig import dig, rows, text, texts

Incident = dict[str, Any]


def head(screen: Screen, incident: Incident) -> Iterator[str]:
    """What failed, where, and how it stands."""
    outcome = plain(incident.get("outcome"))
    title = f"{plain(incident.get('id'))}  {plain(incident.get('state'))}"
    yield screen.mark(title, "head") + (f"  {screen.mark(outcome)}" if outcome else "")
    playbook = rows(incident, "playbooks")[-1] if rows(incident, "playbooks") else None
    facts = {
        "VM": incident.get("vm") or dig(incident, "failure", "vmId"),
        "Vault": incident.get("vault") or dig(incident, "failure", "vaultId"),
        "Job": dig(incident, "job", "id") or dig(incident, "failure", "jobId"),
        "Failed with": _joined(dig(incident, "job", "code"), dig(incident, "job", "message")),
        "Playbook": _joined(dig(playbook, "code"), dig(playbook, "url")),
        "Asked for": _asked(incident),
        "Mode": incident.get("mode"),
        "Opened": moment(incident.get("openedAt")),
        "Ended": moment(incident.get("endedAt")),
        "Reason": incident.get("reason"),
        "Summary": incident.get("summary"),
        "Incidents": ", ".join(texts(incident, "incidents")),  # of a signal that named no job
    }
    for name, value in facts.items():
        if value:
            yield f"  {name:<12} {plain(value)}"


def happened(screen: Screen, incident: Incident) -> list[str]:
    """What was found, done, tried and waited for; a line changes with the state of what it tells of."""
    lines = [*_findings(screen, incident), *_actions(screen, incident), *_retries(screen, incident)]
    return [*lines, *_waits(incident), *_approvals(screen, incident)]


def left_to_do(incident: Incident) -> Iterator[str]:
    """The steps for a person."""
    for number, step in enumerate(rows(incident, "guidance"), 1):
        yield f"  {number}. {plain(text(step, 'text'))}"
        if portal := text(step, "portal"):
            yield f"     Portal: {plain(portal)}"
        for command in rows(step, "commands"):
            yield f"     {plain(text(command, 'shell'))} ({plain(text(command, 'at'))}): {plain(text(command, 'line'))}"


def _findings(screen: Screen, incident: Incident) -> Iterator[str]:
    for finding in rows(incident, "findings"):
        verdict = plain(text(finding, "verdict"))
        yield f"  found    {screen.mark(verdict)}: {plain(text(finding, 'summary'))}"


def _actions(screen: Screen, incident: Incident) -> Iterator[str]:
    for action in rows(incident, "actions"):
        state, reason = plain(text(action, "state")), text(action, "reason")
        why = f" ({plain(reason)})" if reason else ""
        yield f"  change   {screen.mark(state)}: {plain(text(action, 'summary'))}{why}"


def _retries(screen: Screen, incident: Incident) -> Iterator[str]:
    for retry in rows(incident, "retries"):
        state, code = plain(text(retry, "state")), text(retry, "code")
        expected = ", as expected" if dig(retry, "expectedFailure") is True else ""
        failed = f" ({plain(code)}{expected})" if code else ""
        job = plain(text(retry, "jobId")) or "no job yet"
        yield f"  backup   {screen.mark(state)}: {plain(text(retry, 'purpose'))}, {job}{failed}"


def _waits(incident: Incident) -> Iterator[str]:
    for wait in rows(incident, "waits"):
        until = text(wait, "until")
        span = f" until {moment(until)}" if until else ""
        yield f"  waiting  {plain(text(wait, 'name'))}{span}: {plain(text(wait, 'why'))}"


def _approvals(screen: Screen, incident: Incident) -> Iterator[str]:
    for asked in rows(incident, "approvals"):
        state = plain(text(asked, "state"))
        by = f" by {plain(text(asked, 'decidedBy'))}" if text(asked, "decidedBy") else ""
        yield f"  approval {screen.mark(state, 'waits')}{by}, until {moment(text(asked, 'expiresAt'))}"
        for change in rows(asked, "changes"):
            yield f"           - {plain(change)}"


def _asked(incident: Incident) -> str:
    """What a rerun was asked for beyond the failed job."""
    failure = incident.get("failure")
    told = {
        "again after": text(failure, "rerunOf"),
        "mode": text(failure, "mode"),
        "playbook": text(failure, "playbook"),
    }
    return ", ".join(f"{name} {value}" for name, value in told.items() if value)


def _joined(*values: object) -> str:
    return "  ".join(plain(value) for value in values if value)


def row(incident: Incident) -> list[str]:
    """An incident as a row of a list; see `HEADS`."""
    return [
        plain(incident.get("id")),
        moment(incident.get("openedAt")),
        plain(incident.get("outcome") or incident.get("state")),
        name_of(incident.get("vm")) or "-",
        name_of(incident.get("vault")) or "-",
        plain(incident.get("code") or incident.get("reason")) or "-",
        plain(incident.get("summary")),
    ]


HEADS = ("INCIDENT", "OPENED", "STATE", "VM", "VAULT", "CODE", "SUMMARY")
