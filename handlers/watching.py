"""How an incident looks at its vault's jobs: by itself while the vault is quiet, else through the vault's watcher."""

from datetime import datetime, timedelta
from typing import Any

from handlers.hops import Flow, Hops, StepFailedError
from handlers.keys import watch_key
from handlers.messages import CallWatcher, Trouble
from handlers.watch_entity import Look, Place, WatchRequest
from responder.azure.model import Job
from responder.ids import ItemId
from responder.wire import Wire, typed

_PATIENCE = timedelta(hours=1)  # the longest that one list may have to wait for its turn
_TURNS = 3  # a watcher that does not tell anything for so long is not waited for any more


class Seen(Wire):
    """What the watcher tells: the item's jobs, fresh from the vault; or why it could not look."""

    jobs: list[Job] = []
    trouble: Trouble | None = None


class Watching:
    """The looks of one incident at one vault. ``reads_per_hour``: what all incidents of the vault may use together."""

    def __init__(self, hops: Hops, vault: str, reads_per_hour: int) -> None:
        self._hops, self._vault, self._rate = hops, vault, reads_per_hour

    def jobs(
        self, item: ItemId | None, *, since: datetime, job: str | None = None, details: bool = False
    ) -> Flow[list[Job] | None]:
        """The item's jobs as the watcher has just read them; None: the incident has to read by itself, and may.

        Args:
            item: whose jobs; None where only ``job`` is known.
            since: jobs that started earlier are not wanted.
            job: the one job that matters.
            details: its errors matter, and it has ended: Resource Graph will do.

        Raises:
            StepFailedError: the vault may not be read, or is not there.
        """
        for _ in range(_TURNS):
            event = self._hops.next_event("jobs")
            look = Look(
                incident=self._hops.incident,
                event=event,
                vault=self._vault,
                item=item,
                since=since,
                job=job,
                details=details,
            )
            place = yield from self._place(look)
            self._hops.frugal = not place.direct
            if place.direct:
                return None
            if place.call:
                call = CallWatcher(vault=self._vault, generation=place.generation, reads_per_hour=self._rate)
                yield from self._hops.do("call_watcher", call)
            told = yield from self._hops.event(event, self._hops.now + _PATIENCE)
            if told is not None:
                return _jobs(told)
        self._hops.frugal = False
        return None

    def _place(self, look: Look) -> Flow[Place]:
        ask = WatchRequest(now=self._hops.now, reads_per_hour=self._rate, spent=self._hops.take_reads(), look=look)
        place = yield from self._hops.entity("watch", watch_key(self._vault), "look", ask, Place)
        self._hops.prepaid(place.prepaid)
        return place


def _jobs(told: Any) -> list[Job]:
    seen = typed(told, Seen)
    if seen.trouble:
        raise StepFailedError(seen.trouble)
    return seen.jobs
