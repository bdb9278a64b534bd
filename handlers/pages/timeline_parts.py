"""What an incident's timeline tells: its events in the order of time, and the scale on which they are drawn."""

import math
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from responder.incident import Action, ActionState, Approval, Finding, Incident, Retry, Verdict, Wait
from responder.language import say
from responder.words import outcome

GOOD, WARNING, ATTENTION, NEUTRAL = "good", "warning", "attention", "neutral"

_RESOURCE = re.compile(r"/subscriptions/[^/\s,;'\"]+/[^\s,;'\"]+", re.IGNORECASE)
_GRAIN = 15.0  # seconds: shorter spans grow with their length, longer ones with its logarithm
_ACTIONS = {
    ActionState.DONE: GOOD,
    ActionState.FAILED: ATTENTION,
    ActionState.FORBIDDEN: ATTENTION,
    ActionState.REFUSED: WARNING,
    ActionState.SKIPPED: WARNING,
}
_JOBS = {"Completed": GOOD, "CompletedWithWarnings": WARNING, "Failed": ATTENTION, "refused": ATTENTION}
_DECISIONS = {"approved": GOOD, "waiting": ATTENTION}


class Event(NamedTuple):
    """One row of the timeline. ``end`` None: a moment, or, where ``goes_on``, something that has not ended."""

    kind: str  # failed, opened, checks, fix, backup, wait, approval, end
    title: str
    detail: str
    start: datetime
    end: datetime | None = None
    tone: str = NEUTRAL
    goes_on: bool = False
    times: int = 1  # how many alike in a row it stands for

    @property
    def until(self) -> datetime:
        """When it ended; for a moment when it began."""
        return max(self.end or self.start, self.start)

    @property
    def seconds(self) -> float:
        """How long it took; 0 for a moment."""
        return (self.until - self.start).total_seconds()


def events(incident: Incident) -> list[Event]:
    """Everything that happened, in the order of time."""
    found = sorted(_all(incident), key=lambda event: event.start)
    return found if incident.ended_at is None else [*found, _end(incident, incident.ended_at)]


def folded(rows: list[Event], most: int) -> list[Event]:
    """At most so many rows: alike ones in a row become one, and of too many the middle is left out."""
    told: list[Event] = []
    for row in rows:
        if told and (told[-1].kind, told[-1].title, told[-1].tone) == (row.kind, row.title, row.tone):
            told[-1] = _joined(told[-1], row)
        else:
            told.append(row)
    if len(told) <= most:
        return told
    first = (most - 1) // 2
    left_out = told[first : len(told) - (most - 1 - first)]
    text = say("{count} more events: see the list", count=sum(row.times for row in left_out))
    gap = Event("gap", text, "", left_out[0].start, left_out[-1].until)
    return [*told[:first], gap, *told[len(told) - (most - 1 - first) :]]


class Scale:
    """Where a moment is drawn, in percent of the width; moments keep their order, and short spans their place.

    Not true to scale: a span takes room by the logarithm of its length, so that hours leave some for seconds.
    """

    def __init__(self, moments: Iterable[datetime]) -> None:
        ordered = sorted(set(moments))
        places, at = [0.0], 0.0
        for earlier, later in pairwise(ordered):
            at += math.log1p((later - earlier).total_seconds() / _GRAIN)
            places.append(at)
        self._places = dict(zip(ordered, (100 * place / (at or 1.0) for place in places), strict=False))

    def at(self, moment: datetime) -> float:
        """The place of one of the moments that the scale was made for.

        Raises:
            KeyError: it was not made for this one.
        """
        return self._places[moment]


def short(text: str) -> str:
    """A sentence in which each ARM id of something in a subscription is only the name at its end."""
    return _RESOURCE.sub(lambda found: found[0].rstrip("/").rpartition("/")[2], text)


def action_tone(action: Action) -> str:
    """How a change went, as a tone."""
    return _ACTIONS.get(action.state, NEUTRAL)


def backup_tone(retry: Retry) -> str:
    """How an ad hoc backup went, as a tone; one that failed as it had to is a step of the cure."""
    return NEUTRAL if retry.expected_failure else _JOBS.get(retry.state, NEUTRAL)


def _all(incident: Incident) -> Iterator[Event]:
    yield from _failed(incident)
    yield Event("opened", say("Taken up"), incident.failure.source, incident.opened_at)
    yield from _checks(incident.findings)
    yield from map(_action, incident.actions)
    yield from map(_retry, incident.retries)
    yield from map(_approval, incident.approvals)
    yield from _waits(incident)


def _failed(incident: Incident) -> Iterator[Event]:
    job, overdue = incident.job, incident.failure.overdue_since
    at = (job.ended_at or job.started_at) if job else None
    at = at or incident.failure.occurred_at or overdue
    title = say("No good backup since then") if overdue and at == overdue else say("The backup failed")
    code = (job.code if job else None) or incident.failure.code_hint or ""
    if at and at <= incident.opened_at:
        yield Event("failed", title, code, at, tone=ATTENTION)


def _checks(findings: list[Finding]) -> Iterator[Event]:
    """Those of one look together."""
    looks: dict[datetime, list[Finding]] = {}
    for finding in findings:
        looks.setdefault(finding.at, []).append(finding)
    for at, seen in looks.items():
        confirmed = [finding.summary for finding in seen if finding.verdict is Verdict.CONFIRMED]
        title = say("Checked: {count}, confirmed: {confirmed}", count=len(seen), confirmed=len(confirmed))
        yield Event("checks", title, short(" ".join(confirmed)), at, tone=WARNING if confirmed else NEUTRAL)


def _action(action: Action) -> Event:
    goes_on = action.state in {ActionState.PLANNED, ActionState.STARTED} and action.ended_at is None
    detail = f"{action.state}: {action.reason or action.summary}"
    tone = action_tone(action)
    return Event("fix", action.fix, short(detail), action.started_at, action.ended_at, tone, goes_on)


def _retry(retry: Retry) -> Event:
    state = say("failed, as expected") if retry.expected_failure and retry.state == "Failed" else retry.state
    detail = ": ".join(filter(None, (state, retry.code or retry.message)))
    title = say("Ad hoc backup: {purpose}", purpose=retry.purpose)
    return Event("backup", title, detail, retry.started_at, retry.ended_at, backup_tone(retry), retry.ended_at is None)


def _approval(asked: Approval) -> Event:
    who = say("by {person}", person=asked.decided_by) if asked.decided_by else ""
    detail = " ".join(filter(None, (asked.state, who, asked.fix or "")))
    tone, goes_on = _DECISIONS.get(asked.state, WARNING), asked.state == "waiting"
    end = asked.expires_at if goes_on else asked.decided_at or asked.expires_at
    return Event("approval", say("A person is asked"), detail, asked.asked_at, end, tone, goes_on)


def _waits(incident: Incident) -> Iterator[Event]:
    """A wait may end before its time: with the next change, backup or question, or with the incident."""
    for place, wait in enumerate(incident.waits):
        ends = [start for start in _beginnings(incident, incident.waits[place + 1 :]) if start > wait.since]
        end = min([*ends, *filter(None, (wait.until, incident.ended_at))], default=None)
        goes_on = incident.ended_at is None and not ends and incident.state == wait.name
        yield Event("wait", wait.name, wait.why, wait.since, end, goes_on=goes_on)


def _beginnings(incident: Incident, later: list[Wait]) -> list[datetime]:
    """When anything began that ends a wait before: a change, a backup, a question, a later wait."""
    begun = [action.started_at for action in incident.actions] + [retry.started_at for retry in incident.retries]
    return begun + [approval.asked_at for approval in incident.approvals] + [wait.since for wait in later]


def _end(incident: Incident, at: datetime) -> Event:
    title, tone = outcome(incident.outcome)
    return Event("end", title, short(incident.reason or incident.summary or ""), at, tone=tone)


def _joined(first: Event, second: Event) -> Event:
    return second._replace(start=first.start, end=max(first.until, second.until), times=first.times + second.times)
