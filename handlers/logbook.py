"""What the log tells of an incident: each change of its story once, and a sign of life an hour."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any, NamedTuple, TypeVar

from responder import logs
from responder.incident import Action, ActionState, Approval, Incident, Reported, Retry

T = TypeVar("T")

_HOUR = timedelta(hours=1)
_GRAVE = {ActionState.REFUSED, ActionState.FAILED, ActionState.FORBIDDEN}
_TOLD = {"delivered", "collected", "unwanted"}


class Line(NamedTuple):
    """One event."""

    event: str
    fields: dict[str, Any]
    level: int = logging.INFO


class Logbook:
    """Follows an incident through its orchestration. A replay is followed in silence."""

    def __init__(self) -> None:
        self._told: Incident | None = None
        self._last: datetime | None = None  # when a line was written
        self._wait: tuple[str, datetime | None] = ("", None)

    def follow(self, incident: Incident, now: datetime, *, replaying: bool) -> None:
        """Write what is new since this was called last. A host that dies in between may write it once more."""
        lines = [*self._news(incident)] if incident is not self._told else []
        if not lines and (self._last is None or now - self._last >= _HOUR):
            lines = [Line("at", {"state": incident.state, "until": self._wait[1] if _waits(incident) else None})]
        self._told = incident
        self._last = now if lines else self._last
        if not replaying:
            write(incident, lines)

    def _news(self, now: Incident) -> Iterator[Line]:
        was = self._told
        if was is None:
            yield Line("accepted", {"source": now.failure.source, "job": now.failure.job_id, "run": now.failure.run})
            was = Incident(id=now.id, state="accepted", failure=now.failure, opened_at=now.opened_at)
        if len(now.playbooks) > len(was.playbooks):
            yield _diagnosed(now)
        yield from starmap(_change, _changed(was.actions, now.actions, "state"))
        yield from starmap(_backup, _changed(was.retries, now.retries, "state", "job_id"))
        yield from starmap(_approval, _changed(was.approvals, now.approvals, "state"))
        yield from self._waiting(now)
        if now.outcome and not was.outcome:
            yield _ended(now)
        yield from starmap(_delivery, _changed(was.deliveries, now.deliveries, "state"))

    def _waiting(self, now: Incident) -> Iterator[Line]:
        """A wait that begins; one that is made a little longer again and again is told every hour."""
        if not _waits(now):
            return
        wait = now.waits[-1]
        name, until = self._wait
        if wait.name == name and until and wait.until and until <= wait.until < until + _HOUR:
            return
        self._wait = (wait.name, wait.until)
        yield Line("waiting", {"state": wait.name, "why": wait.why, "until": wait.until})


def write(incident: Incident, lines: list[Line]) -> None:
    """Write lines about an incident."""
    if not lines:
        return
    code = incident.playbooks[-1].code if incident.playbooks else incident.failure.code_hint
    with logs.about(incident=incident.id, operation="incident", vault=incident.vault, vm=incident.vm, code=code):
        for line in lines:
            logs.event(line.event, line.level, **line.fields)


def _waits(incident: Incident) -> bool:
    return bool(incident.waits) and incident.state == incident.waits[-1].name


def _changed(old: list[T], new: list[T], *fields: str) -> Iterator[tuple[int, T]]:
    """What was added, or differs in one of the fields, with its number from 1; such lists only grow."""
    for place, one in enumerate(new):
        was = old[place] if place < len(old) else None
        if was is None or any(getattr(one, field) != getattr(was, field) for field in fields):
            yield place + 1, one


def _diagnosed(now: Incident) -> Line:
    verdicts = {finding.cause: str(finding.verdict) for finding in now.findings}
    job = now.job.code if now.job else None
    playbook = now.playbooks[-1].code
    return Line("diagnosed", {"playbook": playbook, "jobCode": job, "mode": now.mode, "verdicts": verdicts})


def _change(number: int, one: Action) -> Line:
    facts = {"state": one.state, "fix": one.fix, "target": one.target, "risk": one.risk, "reason": one.reason}
    return Line("change", {"number": number, **facts}, logging.WARNING if one.state in _GRAVE else logging.INFO)


def _backup(number: int, one: Retry) -> Line:
    facts = {"state": one.state, "job": one.job_id, "jobCode": one.code, "adopted": one.adopted}
    return Line("backup", {"number": number, **facts})


def _approval(_number: int, one: Approval) -> Line:
    """Who decided is in the incident: a name is no business of the log."""
    return Line("decision", {"state": one.state, "fix": one.fix, "until": one.expires_at})


def _ended(now: Incident) -> Line:
    facts = {"outcome": now.outcome, "reason": now.reason, "seconds": now.duration_seconds, "summary": now.summary}
    return Line("ended", facts)


def _delivery(_number: int, one: Reported) -> Line:
    facts = {"target": one.target, "state": one.state, "attempts": one.attempts, "status": one.status}
    return Line("delivery", facts, logging.INFO if one.state in _TOLD else logging.WARNING)
