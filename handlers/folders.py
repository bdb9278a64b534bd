"""The ``folder`` entity, one for each target that wants storms folded. Pure: (state, input) -> (state, answer).

The first results within a span of time are told one by one; the others are collected here, and a run posts them as one
digest. What is being posted stays here until it has arrived: a run that dies or a receiver that is down loses nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from responder.incident import Reported
from responder.notify.digest import Digest, DigestRow, fold, merged
from responder.wire import Wire

DIGEST = "digest"
"""Name of the orchestrator that posts digests."""

_LEASE = timedelta(hours=26)  # longer than a message's patience: a run without a sign for so long is dead


class FolderRequest(Wire):
    """Input of every operation; each uses what it needs.

    ``after``, ``minutes``: the target's rule. ``generation``: of the run that asks.
    """

    target: str
    now: datetime
    row: DigestRow | None = None
    after: int = 0
    minutes: int = 0
    generation: int = 0
    reported: Reported | None = None


class Offered(Wire):
    """What becomes of a result: it is told ``alone``, or collected; ``call``: the run that has to be started for it."""

    alone: bool = False
    call: int | None = None


class Batch(Wire):
    """What a run has to post; None: nothing is left, the run is over."""

    digest: Digest | None = None


class Folder(Wire):
    """One target's folded results.

    Attributes:
        singles: when results were told one by one within the span.
        waiting: what the next digest will tell.
        batch: the digest that is being posted.
        sent: how many digests there were.
        generation: of the newest run; ``seen``: its last sign; None while none runs.
        last: how the newest digest was delivered.
    """

    singles: list[datetime] = []
    waiting: Digest | None = None
    batch: Digest | None = None
    sent: int = 0
    generation: int = 0
    seen: datetime | None = None
    last: Reported | None = None


def digest_id(target: str, generation: int) -> str:
    """Instance id of a run."""
    return f"{DIGEST}-{target}-{generation}"


Answer = Offered | Batch
Operation = Callable[[Folder, FolderRequest], tuple[Folder, Answer]]


def offer(state: Folder, ask: FolderRequest) -> tuple[Folder, Answer]:
    """Let a result be told alone while it is quiet, else collect it."""
    if ask.row is None:
        return state, Offered(alone=True)
    span = timedelta(minutes=ask.minutes)
    singles = [at for at in state.singles if ask.now - at < span]
    if len(singles) < ask.after and state.waiting is None and state.seen is None:
        return replace(state, singles=[*singles, ask.now]), Offered(alone=True)
    collected = replace(state, singles=singles, waiting=_joined(state.waiting, fold("", [ask.row])))
    if state.seen and ask.now - state.seen < span + _LEASE:
        return collected, Offered()
    return _awaken(collected, ask)


def wake(state: Folder, ask: FolderRequest) -> tuple[Folder, Answer]:
    """Start a run for what waits, because a person asks for it; nothing if one runs or nothing waits."""
    if state.seen or not (state.waiting or state.batch):
        return state, Offered()
    return _awaken(state, ask)


def take(state: Folder, ask: FolderRequest) -> tuple[Folder, Answer]:
    """What is to be posted now; a run that finds nothing, or a newer run beside it, is over."""
    if ask.generation != state.generation:
        return state, Batch()
    if state.batch:
        return replace(state, seen=ask.now), Batch(digest=state.batch)
    if state.waiting is None:
        return replace(state, seen=None), Batch()
    batch = replace(state.waiting, id=f"dig-{ask.target}-{state.sent + 1}")
    return replace(state, waiting=None, batch=batch, sent=state.sent + 1, seen=ask.now), Batch(digest=batch)


def settle(state: Folder, ask: FolderRequest) -> tuple[Folder, Answer]:
    """The digest has arrived; or it has not, and is told again with the next one, and this run is over."""
    if ask.generation != state.generation or state.batch is None or ask.reported is None:
        return state, Offered()
    free = replace(state, batch=None, last=ask.reported, seen=ask.now)
    if ask.reported.state == "delivered":
        return free, Offered()
    return replace(free, waiting=_joined(state.batch, state.waiting), seen=None), Offered()


def _awaken(state: Folder, ask: FolderRequest) -> tuple[Folder, Answer]:
    started = replace(state, generation=state.generation + 1, seen=ask.now)
    return started, Offered(call=started.generation)


def _joined(one: Digest | None, other: Digest | None) -> Digest | None:
    return merged(one, other) if one and other else one or other


FOLDER: dict[str, Operation] = {"offer": offer, "wake": wake, "take": take, "settle": settle}
