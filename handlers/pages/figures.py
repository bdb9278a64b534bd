"""What the ledger says of a span of days, in the figures of the overview."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from handlers.ledger import OTHER, Day

_MOST_CODES = 8


class Ranked(NamedTuple):
    """An error code, how many incidents ended with it, and its share of the commonest one's count, from 0 to 1."""

    code: str
    times: int
    share: float


class Alone(NamedTuple):
    """How many incidents were resolved without a person, of all that could have been."""

    alone: int
    asked: int

    @property
    def percent(self) -> int | None:
        """Rounded down: 99.9 % are not all of them. None where nothing can be said."""
        return self.alone * 100 // self.asked if self.asked else None


def alone(days: Iterable[Day]) -> Alone:
    """The share that needed nobody."""
    known = list(days)
    return Alone(sum(day.alone for day in known), sum(day.asked for day in known))


def commonest(days: Iterable[Day]) -> list[Ranked]:
    """The error codes that most incidents ended with, the commonest first; those that are not named are left out."""
    counted: Counter[str] = Counter()
    for day in days:
        counted.update(day.codes)
    counted.pop(OTHER, None)
    most = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_CODES]
    return [Ranked(code, number, round(number / most[0][1], 3)) for code, number in most]
