"""In which spans of time a list of incidents is looked for, the newest first.

The store has an order of its own, but it can be asked for what was created in a span of time. The ledger tells how
many incidents a day has, so that the first span is rarely too short, and never much too long. Its newest end stands for
the present: the first span is open at its end, so that neither a clock nor what the ledger lacks can hide an incident.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from handlers.ledger import Day, Ledger
from handlers.listing_query import Query
from responder.ids import same
from responder.wire import utc

_SHORTEST = timedelta(minutes=15)
_USUAL = timedelta(days=1)  # the first span where the ledger knows nothing of its days
_LONGEST = timedelta(days=128)  # what is older is looked for at once
_WIDER = 4  # how many times longer a span is than the one before
_PLENTY = 2000  # incidents of the first span, at the most, whatever is looked for among them


class Window(NamedTuple):
    """A span of creation time, both ends inclusive; None is open. ``since`` is a whole second, as it is shown."""

    since: datetime | None
    until: datetime | None


def windows(query: Query, book: Ledger) -> Iterator[Window]:
    """Spans, the newest first, that together hold all that a query asks for.

    No incident of a span is older than one of the next. What is open is asked for at once: the store can tell it.
    """
    until = utc(query.after.opened_at) + timedelta(seconds=1) if query.after else None
    newest = until or _present(book)
    span = _first(query, book, newest) if newest else _LONGEST
    while newest and query.state != "open" and span < _LONGEST:
        since = (newest - span).replace(microsecond=0)
        if query.since and since <= query.since:
            break
        yield Window(since, until)
        until, span = since, span * _WIDER
    yield Window(query.since, until)


def _present(book: Ledger) -> datetime | None:
    """The newest end that is known."""
    return max((row.ended_at.astimezone(UTC) for row in book.recent), default=None)


def _first(query: Query, book: Ledger, newest: datetime) -> timedelta:
    """How long a span should hold a page of the list, if incidents were spread evenly over their days."""
    span, wanted, found, seen = _USUAL, query.top + 1, 0, 0
    for name in sorted(book.days, reverse=True):
        begun = datetime.fromisoformat(name).replace(tzinfo=UTC)
        if begun >= newest:
            continue
        found += _wanted(book.days[name], query)
        seen += sum(book.days[name].outcomes.values())
        span = newest - begun
        if found >= wanted or seen >= _PLENTY:
            span *= min(1.0, wanted / max(found, 1), _PLENTY / max(seen, 1))
            break
    return max(span, _SHORTEST)


def _wanted(day: Day, query: Query) -> int:
    """How many incidents of a day a query may ask for, as far as the ledger can tell."""
    if query.outcome:
        return day.outcomes.get(query.outcome, 0)
    if query.code:
        return sum(count for code, count in day.codes.items() if same(code, query.code))
    return sum(day.outcomes.values())
