"""One run of the sweep: what broke down, page after page of failed jobs, then the VMs without a good backup.

The watermark moves only after every failure of a page was accepted as an incident: a run that is cut off repeats some
looking, and skips nothing.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from handlers.durable import DurableOrchestrationContext, EntityId
from handlers.hops import Flow
from handlers.messages import Answer
from handlers.sweep_state import ENTITY, KEY, Note, Sweep
from playbooks.overdue import LookForOverdue
from playbooks.sweep import Look, Way
from responder.notify.redact import redact
from responder.wire import Wire, record, typed

T = TypeVar("T")

OVERLAP = timedelta(hours=1)
"""So far each run looks behind the watermark: Resource Graph shows a job some minutes after it has ended."""

_PAGES = 100  # of 200 jobs; what is left is the next run's, from the watermark on
_OVERDUE_EVERY = timedelta(minutes=55)


class Begin(Wire):
    """Input of a run: the settings that it goes by.

    ``broken``: it looks after what broke down as well; runs that an older version began do not.
    """

    first_hours: int
    broken: bool = False


class LookForBroken(Wire):
    """Ask for a look at orchestrations that failed as a whole."""

    now: datetime


class Broken(Wire):
    """How many there were; each was sent on its way."""

    count: int


class Swept(Wire):
    """What came of a page of failed jobs."""

    way: Way
    why: str | None = None
    failed: int = 0
    token: str | None = None
    seen_until: datetime | None = None
    unread: list[str] = []
    too_early: bool = False


class Missing(Wire):
    """How many VMs have no good backup, and why others could not be looked at."""

    overdue: int
    unseen: list[str] = []


class CutOffError(Exception):
    """The run ends before its time; the next one goes on from the watermark."""


def orchestrate(context: DurableOrchestrationContext) -> Flow[dict[str, Any]]:
    """One run, whatever happens; answers with the state of the sweep."""
    now: datetime = context.current_utc_datetime
    begin = typed(context.get_input(), Begin)
    try:
        return record((yield from _run(context, begin, now)))
    except Exception as error:  # noqa: BLE001  the trigger's boundary: what went wrong must be seen in the state
        text = str(error) if isinstance(error, CutOffError) else f"{type(error).__name__}: {error}"
        return record((yield from _note(context, Note(trouble=redact(text)))))


def _run(context: DurableOrchestrationContext, begin: Begin, now: datetime) -> Flow[Sweep]:
    state = yield from _note(context, Note(began=now))
    if begin.broken:
        yield from _broken(context, now)
    first = now - timedelta(hours=begin.first_hours)
    since = state.watermark - OVERLAP if state.watermark else first
    way = yield from _failed(context, Look(now=now, since=since, listed_at=state.listed_at))
    if state.overdue_at is None or now - state.overdue_at >= _OVERDUE_EVERY:
        found = yield from _ask(context, "sweep_overdue", LookForOverdue(now=now, way=way), Missing)
        yield from _note(context, Note(overdue_at=now, overdue=found.overdue, unseen=found.unseen))
    return (yield from _note(context, Note()))


def _broken(context: DurableOrchestrationContext, now: datetime) -> Flow[None]:
    """Send on what broke down. That this could not be looked for keeps nothing else from being found."""
    try:
        found = yield from _ask(context, "sweep_broken", LookForBroken(now=now), Broken)
    except CutOffError as error:
        yield from _note(context, Note(trouble=redact(str(error))))
    else:
        yield from _note(context, Note(broken=found.count))


def _failed(context: DurableOrchestrationContext, look: Look) -> Flow[Way]:
    """All pages of failed jobs; answers with where they were found."""
    token: str | None = None
    for _ in range(_PAGES):
        page = yield from _ask(context, "sweep_failed", _next(look, token), Swept)
        told = Note(
            seen_until=page.seen_until,
            way=page.way,
            why=page.why,
            unread=page.unread,
            listed_at=look.now if page.way is Way.LISTS and not page.too_early else None,
            failed=page.failed,
        )
        yield from _note(context, told)
        token = page.token
        if token is None:
            return page.way
    raise CutOffError(f"More than {_PAGES} pages of failed jobs; the next run goes on.")


def _next(look: Look, token: str | None) -> Look:
    return Look(now=look.now, since=look.since, listed_at=look.listed_at, token=token)


def _ask(context: DurableOrchestrationContext, activity: str, request: Wire, answer: type[T]) -> Flow[T]:
    """An activity's answer. Nothing is waited for: the next run comes soon."""
    reply = typed((yield context.call_activity(activity, record(request))), Answer)
    if reply.trouble:
        raise CutOffError(f"{activity}: {reply.trouble.kind}: {reply.trouble.text}")
    if reply.again_after is not None:
        raise CutOffError(f"{activity}: {reply.why}")
    return typed(reply.value, answer)


def _note(context: DurableOrchestrationContext, told: Note) -> Flow[Sweep]:
    answer = yield context.call_entity(EntityId(ENTITY, KEY), "note", record(told))
    return typed(answer, Sweep)
