"""State of the app's entities and their operations, as pure functions: (state, input) -> (state, answer).

``item``: one protected item; grants one incident at a time the right to act, counts attempts, remembers our jobs.
``governor``: the whole app; caps and the switch that stops all changes.
``receipt``: one incident; keeps the ended incident, so that a redelivered alert can never run or report it twice.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from handlers.durable import DurableEntityContext
from responder.guards import Refusal
from responder.incident import Incident, Reported
from responder.language import say
from responder.wire import Wire, record, typed

_LEASE = timedelta(days=8)  # longer than any incident lives; frees an item whose incident was terminated by hand
_FIRST_TURNS = 5  # of a subscription, which begin at once
_LONGEST_BACKOFF = timedelta(hours=12)  # a nightly failure never waits for the next night
_DOUBLINGS = 10
TICK = timedelta(minutes=15)  # how soon a refused incident asks again; each asking makes its history longer


class Request(Wire):
    """Input of every operation; each uses what it needs.

    ``asked``: a person asked for this incident, which neither waits for a backoff nor is too early after a change.
    """

    incident: str
    now: datetime
    limit: int = 0
    window_hours: float = 24
    amount: int = 0
    job: str | None = None
    by: str | None = None
    ended: Incident | None = None
    reported: Reported | None = None
    subscription: str = ""
    per_hour: int = 0
    backoff_minutes: int = 0
    pause_hours: int = 0
    asked: bool = False
    resolved: bool = False
    changed: bool = False
    outcome: str | None = None
    reason: str | None = None
    refusals: list[str] = []


class Grant(Wire):
    """Answer of an operation that may be refused. ``retry_at``: when asking again makes sense.

    ``start_at``: when it is the incident's turn, where it was granted.
    """

    refused: Refusal | None = None
    retry_at: datetime | None = None
    start_at: datetime | None = None
    jobs: list[str] = []


class Item(Wire):
    """One protected item.

    Attributes:
        begun: attempts whose request for a backup was, or was about to be, sent.
        unresolved: incidents in a row that ended without a good backup; the last of them at ``ended_at``.
        changed_at: when the app last changed something for this item, which ended well.
    """

    holder: str | None = None
    since: datetime | None = None
    attempts: list[datetime] = []
    jobs: dict[str, datetime] = {}
    begun: dict[str, datetime] = {}
    unresolved: int = 0
    ended_at: datetime | None = None
    changed_at: datetime | None = None


class Governor(Wire):
    """The whole app.

    Attributes:
        turns_until: per subscription, and for Resource Graph, the moment up to which its turns are given out.
        refusals: how many incidents met a refusal of an entity, whether they waited or ended, by its reason.
        ended: how many incidents ended, by outcome; ``reasons``: by the named reason of their end.
    """

    paused_by: str | None = None
    paused_at: datetime | None = None
    open: dict[str, datetime] = {}
    changes: list[datetime] = []
    turns_until: dict[str, datetime] = {}
    refusals: dict[str, int] = {}
    ended: dict[str, int] = {}
    reasons: dict[str, int] = {}


class Receipt(Wire):
    """One incident."""

    opened_at: datetime | None = None
    ended: Incident | None = None


S = TypeVar("S", bound=Wire)
R = TypeVar("R", bound=Wire)
Operation = Callable[[S, Request], tuple[S, Wire]]


def hold(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Give the item to the incident, unless another one has it or it is too early for one more."""
    if state.holder == ask.incident:
        return replace(state, since=ask.now), Grant()
    refused = _taken(state, ask) or (None if ask.asked else _too_early(state, ask))
    if refused:
        return state, refused
    return replace(state, holder=ask.incident, since=ask.now), Grant()


def _taken(state: Item, ask: Request) -> Grant | None:
    if state.holder is None or state.since is None or ask.now - state.since >= _LEASE:
        return None
    text = say("Incident {incident} is already working on this protected item.", incident=state.holder)
    return Grant(refused=Refusal(reason="DuplicateInProgress", text=text))


def _too_early(state: Item, ask: Request) -> Grant | None:
    """A cure that did not last is a person's affair; after failed attempts the pauses double, up to half a day."""
    if state.changed_at and ask.now - state.changed_at < timedelta(hours=ask.pause_hours):
        text = say(
            "The app changed something for this VM at {moment} UTC, a backup succeeded, and "
            "now one fails again within {hours} hours: the cure did not last.",
            moment=f"{state.changed_at:%Y-%m-%d %H:%M}",
            hours=ask.pause_hours,
        )
        return Grant(refused=Refusal(reason="RecentlyRemediated", text=text))
    if not state.unresolved or not state.ended_at:
        return None
    pause = min(timedelta(minutes=ask.backoff_minutes) * 2 ** (min(state.unresolved, _DOUBLINGS) - 1), _LONGEST_BACKOFF)
    if ask.now >= state.ended_at + pause:
        return None
    text = say(
        "{count} incidents in a row ended without a good backup of this VM; it rests for {pause}.",
        count=state.unresolved,
        pause=pause,
    )
    return Grant(refused=Refusal(reason="BackingOff", text=text), retry_at=state.ended_at + pause)


def attempt(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Count one ad hoc backup, unless the window's attempts are used up."""
    window = timedelta(hours=ask.window_hours)
    recent = [at for at in state.attempts if ask.now - at < window]
    jobs = {job: at for job, at in state.jobs.items() if ask.now - at < max(window, timedelta(days=3))}
    if len(recent) >= ask.limit:
        text = say(
            "{count} ad hoc backups were tried within {hours} hours; {limit} are allowed.",
            count=len(recent),
            hours=f"{ask.window_hours:g}",
            limit=ask.limit,
        )
        refused = Refusal(reason="AttemptsExhausted", text=text)
        return replace(state, attempts=recent, jobs=jobs), Grant(refused=refused, jobs=list(jobs))
    return replace(state, attempts=[*recent, ask.now], jobs=jobs), Grant(jobs=list(jobs))


def adopt(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Remember a job that the incident started or waits for: its failure belongs to the incident."""
    return replace(state, jobs={**state.jobs, str(ask.job): ask.now}), Grant()


def begin(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Remember that the request of an attempt is about to be sent: whoever sends it again must look before."""
    recent = {name: at for name, at in state.begun.items() if ask.now - at < _LEASE}
    return replace(state, begun={**recent, str(ask.job): ask.now}), Grant()


def release(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Let go of the item, and remember how it went."""
    if state.holder != ask.incident:
        return state, Grant()
    free = replace(state, holder=None, since=None, ended_at=ask.now)
    if not ask.resolved:
        return replace(free, unresolved=state.unresolved + 1), Grant()
    return replace(free, unresolved=0, changed_at=ask.now if ask.changed else state.changed_at), Grant()


def enter(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """Admit the incident and give it its turn, or tell it to come back: none is lost."""
    open_now = {name: at for name, at in state.open.items() if ask.now - at < _LEASE}
    if ask.incident in open_now:
        return replace(state, open=open_now), Grant()
    if len(open_now) >= ask.limit:
        text = say(
            "{count} incidents are being worked on; {limit} are allowed at once.", count=len(open_now), limit=ask.limit
        )
        refused = Refusal(reason="TooManyIncidents", text=text)
        return replace(state, open=open_now), Grant(refused=refused, retry_at=ask.now + TICK)
    state = replace(state, open={**open_now, ask.incident: ask.now})
    return turn(state, ask)


def turn(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """The next turn of a subscription, or of Resource Graph, whoever takes it: so that Azure need not throttle.

    Turns come at a steady rate, the first ones at once.
    """
    if not ask.per_hour:
        return state, Grant()
    step, subscription = timedelta(hours=1) / ask.per_hour, ask.subscription.lower()
    taken = max(state.turns_until.get(subscription, ask.now), ask.now)
    turns = {name: until for name, until in state.turns_until.items() if until > ask.now}
    start = max(ask.now, taken - _FIRST_TURNS * step)
    return replace(state, turns_until={**turns, subscription: taken + step}), Grant(start_at=start)


def leave(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """The incident has ended."""
    if ask.incident not in state.open:
        return state, Grant()
    left = {name: at for name, at in state.open.items() if name != ask.incident}
    ended, reasons = _counted(state.ended, ask.outcome), _counted(state.reasons, ask.reason)
    refusals = _counted(state.refusals, *ask.refusals)
    return replace(state, open=left, ended=ended, reasons=reasons, refusals=refusals), Grant()


def permit(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """Allow ``amount`` changes now, unless the switch is off or the hour's changes are used up."""
    if state.paused_at:
        refused = Refusal(reason="Paused", text=say("All changes were stopped by {person}.", person=state.paused_by))
        return state, Grant(refused=refused, retry_at=ask.now + TICK)
    recent = [at for at in state.changes if ask.now - at < timedelta(hours=1)]
    if ask.amount and len(recent) + ask.amount > ask.limit:
        text = say("{count} changes were made within an hour; {limit} are allowed.", count=len(recent), limit=ask.limit)
        retry_at = min(recent, default=ask.now) + timedelta(hours=1)
        refused = Refusal(reason="HourlyCapReached", text=text)
        return state, Grant(refused=refused, retry_at=retry_at)
    return replace(state, changes=recent + [ask.now] * ask.amount), Grant()


def _counted(counts: dict[str, int], *names: str | None) -> dict[str, int]:
    counted = dict(counts)
    for name in filter(None, names):
        counted[name] = counted.get(name, 0) + 1
    return counted


def pause(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """Stop all changes."""
    return replace(state, paused_by=ask.by or say("somebody"), paused_at=state.paused_at or ask.now), Grant()


def resume(state: Governor, _ask: Request) -> tuple[Governor, Grant]:
    """Allow changes again."""
    return replace(state, paused_by=None, paused_at=None), Grant()


def open_receipt(state: Receipt, ask: Request) -> tuple[Receipt, Receipt]:
    """Note that the incident began; answers with what is known of an earlier run."""
    return (state if state.opened_at else replace(state, opened_at=ask.now)), state


def close_receipt(state: Receipt, ask: Request) -> tuple[Receipt, Receipt]:
    """Keep the ended incident; the first end stands."""
    closed = state if state.ended else replace(state, ended=ask.ended)
    return closed, closed


def read_receipt(state: Receipt, _ask: Request) -> tuple[Receipt, Receipt]:
    """What is known of the incident."""
    return state, state


def report_receipt(state: Receipt, ask: Request) -> tuple[Receipt, Receipt]:
    """Note how a later delivery of the result went."""
    noted = replace(state, ended=replace(state.ended, reported=ask.reported)) if state.ended else state
    return noted, noted


ITEM: dict[str, Operation[Item]] = {
    "hold": hold,
    "attempt": attempt,
    "adopt": adopt,
    "begin": begin,
    "release": release,
}
GOVERNOR: dict[str, Operation[Governor]] = {
    "enter": enter,
    "turn": turn,
    "leave": leave,
    "permit": permit,
    "pause": pause,
    "resume": resume,
}
RECEIPT: dict[str, Operation[Receipt]] = {
    "open": open_receipt,
    "close": close_receipt,
    "read": read_receipt,
    "report": report_receipt,
}


def operate(
    context: DurableEntityContext,
    kind: type[S],
    operations: Mapping[str, Callable[[S, R], tuple[S, Wire]]],
    request: type[R],
) -> None:
    """Run one operation: its request is validated before anything changes, and the state is set last."""
    before = typed(context.get_state(dict), kind)
    asked = typed(context.get_input(), request)
    after, result = operations[str(context.operation_name)](before, asked)
    context.set_result(record(result))
    context.set_state(record(after))
