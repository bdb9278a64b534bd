"""What the page of an incident says first: what was done, what is next; and what it shows of values."""

import json
import re
from typing import Any, NamedTuple

import msgspec

from handlers.pages.timeline_parts import ATTENTION, GOOD, NEUTRAL, WARNING, action_tone, backup_tone, short
from responder.incident import Advice, Approval, Incident, Outcome, Verdict
from responder.language import say
from responder.wire import typed
from responder.words import moment, outcome, plain

_FEW = 6  # lines of what was done that stand in the summary
_LONGEST_VALUE = 6000  # characters
_LONGEST_RAW = 200_000
_SIMPLE = (str, int, float, bool)
_SUBSCRIPTION = re.compile(r"^/subscriptions/[^/]+(?=/)", re.IGNORECASE)
_OWN = ("failure", "findings", "actions")  # without them it is the shortest form of an incident that runs


class Line(NamedTuple):
    """A sentence in a tone. ``anchor``: the part of the page that says more."""

    tone: str
    text: str
    anchor: str | None = None


class Told(NamedTuple):
    """What became of something that a person asked for on the page. ``incident``: the one to go on with."""

    tone: str
    title: str
    lines: list[str] = []
    incident: str | None = None


def understood(found: dict[str, Any]) -> Incident | None:
    """The incident in any form of its JSON; None for a signal, one that has only begun, or one that is broken."""
    try:
        return typed(found, Incident)
    except msgspec.ValidationError:
        return None


def partial(found: dict[str, Any]) -> bool:
    """Whether this form of an incident leaves out what was found and done."""
    return any(part not in found for part in _OWN)


def done(incident: Incident) -> list[Line]:
    """What the app changed and started, the newest few of it."""
    changes = [(entry.started_at, Line(action_tone(entry), short(entry.summary))) for entry in incident.actions]
    backups = [
        (entry.started_at, Line(backup_tone(entry), say("Ad hoc backup: {purpose}", purpose=entry.purpose)))
        for entry in incident.retries
    ]
    lines = [line for _, line in sorted(changes + backups, key=lambda timed: timed[0])]
    more = len(lines) - _FEW
    first = [Line(NEUTRAL, say("{count} earlier ones: see below", count=more), "changes")] if more > 0 else []
    return first + lines[-_FEW:]


def following(incident: Incident, zone: Any) -> Line:
    """What is next, and whether a person has to do it."""
    asked = waiting(incident)
    if asked:
        until = moment(asked.expires_at, zone)
        return Line(ATTENTION, say("Decide about the plan before {until}.", until=until), "decision")
    if incident.outcome is None:
        return Line(NEUTRAL, _meanwhile(incident, zone))
    return _afterwards(incident)


def waiting(incident: Incident) -> Approval | None:
    """The plan that waits for a person."""
    last = incident.approvals[-1] if incident.approvals else None
    return last if last and last.state == "waiting" and incident.outcome is None else None


def removed_locks(incident: Incident) -> int:
    """How many locks the ended incident has removed, which can be put back."""
    from playbooks.fixes.remove_restore_point_locks import removed

    return len(removed(incident.actions)) if incident.outcome else 0


def findings(incident: Incident) -> dict[str, list[Any]]:
    """The findings by verdict, confirmed ones first."""
    return {verdict.value: [one for one in incident.findings if one.verdict is verdict] for verdict in Verdict}


def shown(value: object) -> str:
    """A value of any shape as text: a line for a plain one, a line for each member of a flat one, else JSON."""
    if value is None or isinstance(value, _SIMPLE):
        return _one_line(value)
    if isinstance(value, dict) and all(one is None or isinstance(one, _SIMPLE) for one in value.values()):
        return plain("\n".join(f"{key}: {_one_line(one)}" for key, one in value.items()), _LONGEST_VALUE)
    return plain_json(value, _LONGEST_VALUE)


def plain_json(value: object, longest: int = _LONGEST_RAW) -> str:
    """Indented JSON, cut to so many characters; its indents stay."""
    text = json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def origin(source: str) -> str:
    """Where a fact was read, without the subscription, which the page names elsewhere."""
    return _SUBSCRIPTION.sub("…", source)


def _one_line(value: object) -> str:
    """As JSON writes what is no text: true, null."""
    return plain(value if isinstance(value, str) else json.dumps(value), _LONGEST_VALUE)


def _meanwhile(incident: Incident, zone: Any) -> str:
    wait = incident.waits[-1] if incident.waits else None
    if wait and wait.until and wait.name == incident.state:
        until = moment(wait.until, zone)
        return say("Nothing for you. The app waits until {until} ({state}).", until=until, state=wait.name)
    return say("Nothing for you. The app is at work ({state}).", state=incident.state)


def _afterwards(incident: Incident) -> Line:
    tone = outcome(incident.outcome).tone
    steps = incident.guidance
    if tone == GOOD:
        return _lasting(steps)
    if steps:
        return Line(tone if tone != NEUTRAL else WARNING, plain(short(steps[0].text), 400), "guidance")
    if incident.outcome is Outcome.SKIPPED:
        return Line(NEUTRAL, say("Nothing was to be done here: {reason}.", reason=incident.reason or ""))
    return Line(tone, plain(incident.summary or incident.reason or say("Look at the vault's backup jobs."), 400))


def _lasting(steps: list[Advice]) -> Line:
    if not steps:
        return Line(GOOD, say("Nothing: a later backup completed."))
    return Line(GOOD, say("Nothing now. The steps below keep it from coming back."), "guidance")
