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
from responder.incident import Incident
from responder.wire import Wire, record, typed

_LEASE = timedelta(days=8)  # longer than any incident lives; frees an item whose incident was terminated by hand
TICK = timedelta(minutes=15)  # how soon a refused incident asks again; each asking makes its history longer


class Request(Wire):
    """Input of every operation; each uses what it needs."""

    incident: str
    now: datetime
    limit: int = 0
    window_hours: float = 24
    amount: int = 0
    job: str | None = None
    by: str | None = None
    ended: Incident | None = None


class Grant(Wire):
    """Answer of an operation that may be refused. ``retry_at``: when asking again makes sense."""

    refused: Refusal | None = None
    retry_at: datetime | None = None
    jobs: list[str] = []


class Item(Wire):
    """One protected item."""

    holder: str | None = None
    since: datetime | None = None
    attempts: list[datetime] = []
    jobs: dict[str, datetime] = {}


class Governor(Wire):
    """The whole app."""

    paused_by: str | None = None
    paused_at: datetime | None = None
    open: dict[str, datetime] = {}
    changes: list[datetime] = []


class Receipt(Wire):
    """One incident."""

    opened_at: datetime | None = None
    ended: Incident | None = None


S = TypeVar("S", bound=Wire)
Operation = Callable[[S, Request], tuple[S, Wire]]


def hold(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Give the item to the incident, unless another one has it."""
    taken = state.holder not in {None, ask.incident} and state.since is not None and ask.now - state.since < _LEASE
    if taken:
        text = f"Incident {state.holder} is already working on this protected item."
        return state, Grant(refused=Refusal(reason="DuplicateInProgress", text=text))
    return replace(state, holder=ask.incident, since=ask.now), Grant()


def attempt(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Count one ad hoc backup, unless the window's attempts are used up."""
    window = timedelta(hours=ask.window_hours)
    recent = [at for at in state.attempts if ask.now - at < window]
    jobs = {job: at for job, at in state.jobs.items() if ask.now - at < max(window, timedelta(days=3))}
    if len(recent) >= ask.limit:
        text = f"{len(recent)} ad hoc backups were tried within {ask.window_hours:g} hours; {ask.limit} are allowed."
        refused = Refusal(reason="AttemptsExhausted", text=text)
        return replace(state, attempts=recent, jobs=jobs), Grant(refused=refused, jobs=list(jobs))
    return replace(state, attempts=[*recent, ask.now], jobs=jobs), Grant(jobs=list(jobs))


def adopt(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Remember a job that the incident started or waits for: its failure belongs to the incident."""
    return replace(state, jobs={**state.jobs, str(ask.job): ask.now}), Grant()


def release(state: Item, ask: Request) -> tuple[Item, Grant]:
    """Let go of the item."""
    return (replace(state, holder=None, since=None) if state.holder == ask.incident else state), Grant()


def enter(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """Admit the incident, or tell it to come back: the number of concurrent incidents is capped, none is lost."""
    open_now = {name: at for name, at in state.open.items() if ask.now - at < _LEASE}
    if ask.incident not in open_now and len(open_now) >= ask.limit:
        text = f"{len(open_now)} incidents are being worked on; {ask.limit} are allowed at once."
        refused = Refusal(reason="TooManyIncidents", text=text)
        return replace(state, open=open_now), Grant(refused=refused, retry_at=ask.now + TICK)
    return replace(state, open={**open_now, ask.incident: ask.now}), Grant()


def leave(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """The incident has ended."""
    return replace(state, open={name: at for name, at in state.open.items() if name != ask.incident}), Grant()


def permit(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """Allow ``amount`` changes now, unless the switch is off or the hour's changes are used up."""
    if state.paused_at:
        refused = Refusal(reason="Paused", text=f"All changes were stopped by {state.paused_by}.")
        return state, Grant(refused=refused, retry_at=ask.now + TICK)
    recent = [at for at in state.changes if ask.now - at < timedelta(hours=1)]
    if ask.amount and len(recent) + ask.amount > ask.limit:
        text = f"{len(recent)} changes were made within an hour; {ask.limit} are allowed."
        retry_at = min(recent, default=ask.now) + timedelta(hours=1)
        return state, Grant(refused=Refusal(reason="HourlyCapReached", text=text), retry_at=retry_at)
    return replace(state, changes=recent + [ask.now] * ask.amount), Grant()


def pause(state: Governor, ask: Request) -> tuple[Governor, Grant]:
    """Stop all changes."""
    return replace(state, paused_by=ask.by or "somebody", paused_at=state.paused_at or ask.now), Grant()


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


ITEM: dict[str, Operation[Item]] = {
    "hold": hold,
    "attempt": attempt,
    "adopt": adopt,
    "release": release,
}
GOVERNOR: dict[str, Operation[Governor]] = {
    "enter": enter,
    "leave": leave,
    "permit": permit,
    "pause": pause,
    "resume": resume,
}
RECEIPT: dict[str, Operation[Receipt]] = {
    "open": open_receipt,
    "close": close_receipt,
}


def operate(context: DurableEntityContext, kind: type[S], operations: Mapping[str, Operation[S]]) -> None:
    """Run one operation: its request is validated before anything changes, and the state is set last."""
    before = typed(context.get_state(dict), kind)
    request = typed(context.get_input(), Request)
    after, result = operations[str(context.operation_name)](before, request)
    context.set_result(record(result))
    context.set_state(record(after))
