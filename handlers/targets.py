"""The ``target`` entity, one for each receiver of results. Pure functions: (state, input) -> (state, answer).

It remembers that an address answered 410 Gone, so that nobody posts to it any more, and which results did not arrive.
Its key is the target's name, not its address: a new address is the usual cure, and what is listed must outlive it.
The results themselves stay in the receipts of their incidents.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from responder.incident import Outcome, Reported
from responder.wire import Wire

REDELIVERY = "redelivery"
"""Name of the orchestrator that posts results again."""

NEWEST = 500  # undelivered results that are listed with what is known of them
OLDER = 5000  # undelivered results of which only the incident's id is kept; those beyond are counted


class TargetRequest(Wire):
    """Input of every operation; each uses what it needs. ``address``: the hash of where it was posted to."""

    incident: str = ""
    now: datetime
    address: str | None = None
    outcome: Outcome | None = None
    reported: Reported | None = None


class Standing(Wire):
    """Answer of every operation.

    Attributes:
        disabled: hash of the address that nobody may post to.
        listed: whether the incident's result is among those that did not arrive.
    """

    disabled: str | None = None
    listed: bool = False


class Disabled(Wire):
    """Which address answered 410 Gone, since when, and to whose message."""

    address: str
    since: datetime
    incident: str


class Undelivered(Wire):
    """A result that did not arrive; ``reported`` counts the attempts of all deliveries."""

    incident: str
    outcome: Outcome | None
    reported: Reported


class Target(Wire):
    """One receiver.

    Attributes:
        disabled: the address that has answered 410 Gone.
        kept: undelivered results, the newest last.
        older: incidents of those before.
        forgotten: how many there were before those.
    """

    disabled: Disabled | None = None
    kept: list[Undelivered] = []
    older: list[str] = []
    forgotten: int = 0

    @property
    def undelivered(self) -> list[str]:
        """Incidents whose results did not arrive, the oldest first."""
        return [*self.older, *(entry.incident for entry in self.kept)]


def redelivery_id(target: str) -> str:
    """Instance id of a target's redelivery: there is never a second one beside it."""
    return f"{REDELIVERY}-{target}"


Operation = Callable[[Target, TargetRequest], tuple[Target, Standing]]


def look(state: Target, ask: TargetRequest) -> tuple[Target, Standing]:
    """How the target stands for this incident."""
    disabled = state.disabled.address if state.disabled else None
    return state, Standing(disabled=disabled, listed=ask.incident in state.undelivered)


def disable(state: Target, ask: TargetRequest) -> tuple[Target, Standing]:
    """Nobody posts to this address any more; the first to find out is remembered."""
    if ask.address is None or (state.disabled and state.disabled.address == ask.address):
        return look(state, ask)
    disabled = Disabled(address=ask.address, since=ask.now, incident=ask.incident)
    return look(replace(state, disabled=disabled), ask)


def enable(state: Target, ask: TargetRequest) -> tuple[Target, Standing]:
    """Post again."""
    return look(replace(state, disabled=None), ask)


def keep(state: Target, ask: TargetRequest) -> tuple[Target, Standing]:
    """List a result that did not arrive; one that is listed already is listed anew, with the attempts of both."""
    if ask.reported is None:
        return look(state, ask)
    before = sum(entry.reported.attempts for entry in state.kept if entry.incident == ask.incident)
    reported = replace(ask.reported, attempts=before + ask.reported.attempts)
    entry = Undelivered(incident=ask.incident, outcome=ask.outcome, reported=reported)
    others = _without(state, ask.incident)
    return look(_capped(replace(others, kept=[*others.kept, entry])), ask)


def settle(state: Target, ask: TargetRequest) -> tuple[Target, Standing]:
    """The result has arrived; if another address has answered 410, it is the target's no more."""
    settled = _without(state, ask.incident)
    if settled.disabled and settled.disabled.address != ask.address:
        settled = replace(settled, disabled=None)
    return look(settled, ask)


def _without(state: Target, incident: str) -> Target:
    kept = [entry for entry in state.kept if entry.incident != incident]
    return replace(state, kept=kept, older=[name for name in state.older if name != incident])


def _capped(state: Target) -> Target:
    """The entity's state is read and written whole with every operation: it stays below half a megabyte."""
    older = [*state.older, *(entry.incident for entry in state.kept[:-NEWEST])]
    forgotten = state.forgotten + len(older[:-OLDER])
    return replace(state, kept=state.kept[-NEWEST:], older=older[-OLDER:], forgotten=forgotten)


TARGET: dict[str, Operation] = {
    "look": look,
    "disable": disable,
    "enable": enable,
    "keep": keep,
    "settle": settle,
}
