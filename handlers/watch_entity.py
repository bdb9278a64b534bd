"""The ``watch`` entity, one for each subscription: who may read its vaults' jobs when, as pure functions.

The service answers 150 reads of jobs an hour. An incident that is alone reads by itself. While many are at work their
looks wait here, and the watcher answers all those of a vault with one list.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from responder.ids import ItemId
from responder.wire import Wire

ROUND = timedelta(minutes=1)
"""How often a watcher looks at most: what comes in between is answered together."""

_BURST = 10  # reads that a quiet vault allows at once; a list may have more pages, and then waits till all are paid
_AT_ONCE = 400  # looks that one round answers: an activity ends within minutes
_LEASE = timedelta(minutes=45)  # a watcher that took nothing for so long is dead
_COST_UNKNOWN = timedelta(minutes=5)  # how long one incident alone may find out what reading costs in this vault


class Look(Wire):
    """A look that waits: whom to tell under which event name, and what.

    ``job``: the one job that is asked for, if it is known. ``details``: its errors matter, not whether it is fresh.
    """

    incident: str
    event: str
    vault: str
    item: ItemId | None
    since: datetime
    job: str | None = None
    details: bool = False

    @property
    def key(self) -> str:
        """One look of one incident."""
        return f"{self.incident} {self.event}"

    @property
    def is_one_read(self) -> bool:
        """Whether reading it directly is one request; else it is a list, of as many pages as the vault has jobs."""
        return self.job is not None and not self.details


class WatchRequest(Wire):
    """Input of every operation; each uses what it needs. ``spent``: reads of the asker since it asked last."""

    now: datetime
    reads_per_hour: int = 55
    spent: int = 0
    look: Look | None = None
    generation: int = 0
    told: list[str] = []


class Place(Wire):
    """Answer to a look: read yourself, or wait for the event; ``call``: start the watcher of this generation first.

    ``prepaid``: reads that are counted already.
    """

    direct: bool = False
    prepaid: int = 0
    call: bool = False
    generation: int = 0


class Turn(Wire):
    """What a watcher has to do: nothing any more (``over``), or to answer these looks, if there are any now.

    ``list_at``: when it may list jobs; what only a list can answer is not among the looks before.
    """

    over: bool = False
    looks: list[Look] = []
    list_at: datetime | None = None


class Watch(Wire):
    """One subscription.

    Attributes:
        waiting: looks that the watcher has to answer.
        generation: of the watcher that was called last; it was seen at ``awake_at``.
        owing_until: when the reads made so far are paid off, at the hourly rate.
        pages: reads that the lists took last.
        finding_out: the incident that reads without anybody knowing what it costs.
    """

    waiting: dict[str, Look] = {}
    generation: int = 0
    awake_at: datetime | None = None
    owing_until: datetime | None = None
    pages: int = 1
    finding_out: str | None = None
    finding_out_since: datetime | None = None


def look(state: Watch, ask: WatchRequest) -> tuple[Watch, Place]:
    """Let an incident read by itself, or let it wait for the watcher, who is called if he sleeps."""
    if ask.look is None:
        message = "a look names who looks"
        raise ValueError(message)
    state = _spend(_found_out(state, ask.look.incident), ask)
    if _may_read(state, ask):
        return _direct(state, ask, ask.look)
    awake = state.awake_at is not None and ask.now - state.awake_at < _LEASE
    state = replace(state, waiting={**state.waiting, ask.look.key: ask.look})
    if not awake:
        state = replace(state, generation=state.generation + 1, awake_at=ask.now)
    return state, Place(call=not awake, generation=state.generation)


def spend(state: Watch, ask: WatchRequest) -> tuple[Watch, Place]:
    """Count reads that were made by themselves."""
    return _spend(state, ask), Place()


def take(state: Watch, ask: WatchRequest) -> tuple[Watch, Turn]:
    """Give the watcher what waits. One of an older generation, and one for whom nothing waits, is done."""
    if ask.generation != state.generation:
        return state, Turn(over=True)
    state = _spend(state, ask)
    kept = {key: entry for key, entry in state.waiting.items() if key not in set(ask.told)}
    pages = ask.spent or state.pages
    state = replace(state, waiting=kept, awake_at=ask.now if kept else None, pages=pages)
    list_at = _free_at(state, ask, pages)
    return state, Turn(over=not kept, looks=_answerable(kept, may_list=list_at <= ask.now), list_at=list_at)


def _answerable(waiting: dict[str, Look], *, may_list: bool) -> list[Look]:
    """What can be answered now, the longest waiting first; without a list only what Resource Graph can tell."""
    details = [entry for entry in waiting.values() if entry.details]
    others = [entry for entry in waiting.values() if not entry.details] if may_list else []
    return [*details, *others][:_AT_ONCE]


def _direct(state: Watch, ask: WatchRequest, wanted: Look) -> tuple[Watch, Place]:
    if wanted.is_one_read:
        return _spend(state, replace(ask, spent=1)), Place(direct=True, prepaid=1)
    return replace(state, finding_out=wanted.incident, finding_out_since=ask.now), Place(direct=True)


def _may_read(state: Watch, ask: WatchRequest) -> bool:
    """Nobody waits, nobody finds out what reading costs here, and the hour's reads are not used up."""
    busy = state.finding_out_since is not None and ask.now - state.finding_out_since < _COST_UNKNOWN
    cost = 1 if ask.look and ask.look.is_one_read else state.pages
    return not state.waiting and not busy and _free_at(state, ask, cost) <= ask.now


def _found_out(state: Watch, incident: str) -> Watch:
    same = state.finding_out == incident
    return replace(state, finding_out=None, finding_out_since=None) if same else state


def _spend(state: Watch, ask: WatchRequest) -> Watch:
    if not ask.spent:
        return state
    since = max(state.owing_until or ask.now, ask.now)
    return replace(state, owing_until=since + ask.spent * timedelta(hours=1) / ask.reads_per_hour)


def _free_at(state: Watch, ask: WatchRequest, cost: int) -> datetime:
    """When so many reads may be made: at most the hour's, and as many more as a quiet vault allows at once."""
    owing = state.owing_until or ask.now
    return max(ask.now, owing - max(0, _BURST - cost) * timedelta(hours=1) / ask.reads_per_hour)


Operation = Callable[[Watch, WatchRequest], tuple[Watch, Wire]]
WATCH: dict[str, Operation] = {"look": look, "spend": spend, "take": take}
