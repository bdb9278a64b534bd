"""What an orchestration that broke down has left behind, read from its status and its history. Pure."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast

from msgspec import ValidationError
from msgspec.structs import replace

from handlers.breakdown import Breakdown
from handlers.messages import Addressee
from responder.dig import dig, moment, text
from responder.incident import Action, FailedBackup, FailedJob, Retry
from responder.language import say
from responder.notify.redact import redact
from responder.wire import Wire, typed

T = TypeVar("T")

_LONGEST = 300  # characters of why
_IDS = ("vaultId", "jobId", "itemId", "vmId", "vmName")


class Step(NamedTuple):
    """An activity that has answered: its name, when it was asked, and its answer's value."""

    activity: str
    asked_at: datetime | None
    value: Any


class Posting(NamedTuple):
    """How far the posting of an end had come: whether it was over, and which targets had taken it for sure."""

    done: bool
    taken: list[str]


class Remains(Wire):
    """One broken orchestration.

    Attributes:
        orchestrator: its name.
        given: the input with which it began.
        earlier: the breakdowns that it knew of.
        last: its own.
    """

    orchestrator: str
    given: dict[str, Any]
    earlier: list[Breakdown] = []
    last: Breakdown

    @property
    def failure(self) -> FailedBackup:
        """What it was about; of an input that this version does not understand, the ids."""
        given = self.given.get("failure")
        try:
            return typed(given, FailedBackup)
        except ValidationError:
            ids = {name: text(given, name) for name in _IDS}
            return typed({"source": "unknown", **ids}, FailedBackup)

    @property
    def breakdowns(self) -> list[Breakdown]:
        """All of them, the newest last, which alone keeps what was done: it holds that of those before."""
        short = [replace(one, actions=[], retries=[]) for one in self.earlier]
        return [*short, self.last]


def remains(status: Any) -> Remains:
    """What is left of a failed orchestration.

    Args:
        status: as the SDK gives it, with input and with the outputs of its history.
    """
    given = _object(status.input_)
    earlier = _list(given.get("breakdowns"), Breakdown)
    known = earlier[-1] if earlier else Breakdown(at=status.created_time, began=status.created_time, why="")
    return Remains(orchestrator=str(status.name or ""), given=given, earlier=earlier, last=_breakdown(status, known))


def _breakdown(status: Any, known: Breakdown) -> Breakdown:
    """The breakdown, with what was ``known`` from before: it may have come before any of that was shown anew."""
    shown, steps = _object(status.custom_status), list(_steps(getattr(status, "historyEvents", None)))
    posting = _posting(steps, moment(shown, "endedAt"), known.taken)
    return Breakdown(
        at=status.last_updated_time,
        began=status.created_time,
        why=_why(status.output),
        posted=posting.done or known.posted,
        taken=posting.taken,
        job=next(iter(_list([shown.get("job")], FailedJob)), known.job),
        vault=text(shown, "vault") or known.vault,
        vm=text(shown, "vm") or known.vm,
        actions=_actions(_list(shown.get("actions"), Action), known.actions, list(_changes(steps))),
        retries=_retries(_list(shown.get("retries"), Retry), known.retries),
    )


def _why(output: object) -> str:
    """The first line of what is told: what follows is a stack trace."""
    first = next(iter(str(output or "").strip().splitlines()), "")
    return redact(first)[:_LONGEST]


def _retries(own: list[Retry], known: list[Retry]) -> list[Retry]:
    return [*known, *(_left(one) for one in own if one not in known)]


def _left(one: Retry) -> Retry:
    """A backup whose end nobody saw; if it is still there, it is found and followed anew."""
    if one.ended_at:
        return one
    told = say("The incident broke down before this backup was followed to its end.")
    return replace(one, state="unclear", message=told)


def _actions(own: list[Action], known: list[Action], planned: list[tuple[str, dict[str, Any]]]) -> list[Action]:
    """All actions, each whole: one that was known is known whole, whatever a status has room for."""
    found = {(one.fix, one.target, one.started_at): one for one in known}
    for one in own:
        whole = _whole(one, planned)
        found.setdefault((one.fix, one.target, one.started_at), whole)
    return list(found.values())


def _whole(one: Action, planned: list[tuple[str, dict[str, Any]]]) -> Action:
    """The action with what was there before: a status that is too long leaves that out, the history has it."""
    if one.before is not None:
        return one
    found = [change for fix, change in planned if fix == one.fix and text(change, "target") == one.target]
    return replace(one, before=found[-1].get("before"), undo=text(found[-1], "undo")) if found else one


def _changes(steps: list[Step]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every planned change with the name of its fix, in the order in which they were planned."""
    for step in steps:
        for plan in _objects(dig(step.value, "plans")):
            for change in _objects(plan.get("changes")):
                yield str(plan.get("fix")), change


def _posting(steps: list[Step], ended_at: datetime | None, before: list[str]) -> Posting:
    """Who had been told of the end. The first attempts come in the order of the targets, all later ones in any.

    ``before``: targets that an earlier orchestration had told; they were not told again.
    """
    last = [step for step in steps if ended_at and step.asked_at and step.asked_at >= ended_at]
    asked = next((place for place, step in enumerate(last) if step.activity == "address"), None)
    if asked is None:
        return Posting(done=False, taken=before)
    wanted = [each for each in _list(dig(last[asked].value, "all"), Addressee) if each.target not in before]
    alone = [each.target for each in wanted if each.after is None]
    tries = [text(step.value, "state") == "delivered" for step in last[asked:] if step.activity == "deliver"]
    done = len(alone) <= sum(tries) and (bool(tries) or not wanted)
    folded = [each.target for each in wanted if each.after is not None and tries]
    return Posting(
        done=done, taken=[*before, *folded, *(name for name, good in zip(alone, tries, strict=False) if good)]
    )


def _steps(history: object) -> Iterator[Step]:
    """What the activities of a history have answered, in order; that they wanted to be asked again is no answer."""
    for event in _objects(history):
        if event.get("EventType") == "TaskCompleted":
            answer = _object(event.get("Result"))
            if answer.get("againAfter") is None:
                yield Step(text(event, "FunctionName") or "", moment(event, "ScheduledTime"), answer.get("value"))


def _object(value: object) -> dict[str, Any]:
    """A JSON object, also where it arrives as text; empty for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [_object(one) for one in cast("list[object]", value)] if isinstance(value, list) else []


def _list(value: object, kind: type[T]) -> list[T]:
    """As many of a list's values as this version understands."""
    found: list[T] = []
    for one in _objects(value):
        try:
            found.append(typed(one, kind))
        except ValidationError:
            continue
    return found
