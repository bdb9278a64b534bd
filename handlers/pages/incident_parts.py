"""What the page of an incident says first: what was done, what is next; and what it shows of values."""

import json
import re
from typing import Any, NamedTuple

import msgspec

from handlers.pages.timeline_parts import ATTENTION, GOOD, NEUTRAL, WARNING, action_tone, backup_tone, short
from responder.incident import Action, ActionState, Advice, Approval, Incident, Retry, Verdict
from responder.language import say
from responder.wire import typed
from responder.words import moment, outcome, plain

_FEW = 6  # lines of what was done that stand in the summary
_LONGEST_LINE = 260  # characters
_LONGEST_VALUE = 6000
_LONGEST_RAW = 200_000
_SIMPLE = (str, int, float, bool)
_SUBSCRIPTION = re.compile(r"^/subscriptions/[^/]+(?=/)", re.IGNORECASE)
_OWN = ("failure", "findings", "actions")  # without them it is the shortest form of an incident that runs


class Line(NamedTuple):
    """A sentence in a tone. ``anchor``: the part of the page that says more; ``first``: the first step of a person."""

    tone: str
    text: str
    anchor: str | None = None
    first: str = ""


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
    """What the app changed and started, or why it did not: the newest few."""
    changes = [(entry.started_at, _change(entry)) for entry in incident.actions]
    backups = [(entry.started_at, _backup(entry)) for entry in incident.retries]
    lines = [line for _, line in sorted(changes + backups, key=lambda timed: timed[0])]
    more = len(lines) - _FEW
    first = [Line(NEUTRAL, say("Earlier ones: {count}, see below", count=more), "changes")] if more > 0 else []
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
    """How many locks the incident has removed, which can be put back once it has ended."""
    from playbooks.fixes.remove_restore_point_locks import removed

    return len(removed(incident.actions))


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
        return say(
            "Nothing for you. The app waits, until {until} at the latest ({state}).", until=until, state=wait.name
        )
    return say("Nothing for you. The app is at work ({state}).", state=incident.state)


def _change(action: Action) -> Line:
    """What is not done says so first."""
    summary = plain(short(action.summary), _LONGEST_LINE)
    told = {
        ActionState.PLANNED: say("About to be done: {change}", change=summary),
        ActionState.STARTED: say("Under way: {change}", change=summary),
        ActionState.REFUSED: say("Refused: {change}", change=summary),
        ActionState.SKIPPED: say("Skipped: {change}", change=summary),
        ActionState.FAILED: say("Failed: {change}", change=summary),
        ActionState.FORBIDDEN: say("A right is missing: {change}", change=summary),
    }
    return Line(action_tone(action), told.get(action.state, summary), "changes" if action.reason else None)


def _backup(retry: Retry) -> Line:
    state = say("failed, as expected") if retry.expected_failure and retry.state == "Failed" else retry.state
    purpose = plain(retry.purpose, _LONGEST_LINE)
    text = say("Ad hoc backup ({state}): {purpose}", state=state, purpose=purpose)
    return Line(backup_tone(retry), text)


def _afterwards(incident: Incident) -> Line:
    shown = outcome(incident.outcome)
    if shown.tone == GOOD:
        return _lasting(incident.guidance)
    why = plain(short(incident.summary or incident.reason or shown.title), _LONGEST_LINE)
    if not incident.guidance:
        return Line(shown.tone, why)
    first = plain(short(incident.guidance[0].text), _LONGEST_LINE)
    return Line(shown.tone if shown.tone != NEUTRAL else WARNING, why, "guidance", first)


def _lasting(steps: list[Advice]) -> Line:
    if not steps:
        return Line(GOOD, say("Nothing: a later backup completed."))
    return Line(GOOD, say("Nothing now. The steps below keep it from coming back."), "guidance")
