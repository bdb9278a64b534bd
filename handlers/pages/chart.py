"""Outcomes over time as stacked bars: pure geometry, which a template draws."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from handlers.ledger import Day
from responder import words
from responder.incident import Outcome

WIDTH, HEIGHT = 300, 100
"""Units of the drawing; it is stretched to the room that there is."""

_FILLED = 0.7  # of a day's width
_TONES = ("good", "neutral", "warning", "attention")  # from the bottom to the top of a bar
_STEPS = (2, 4, 6, 10)  # tops of the scale, and their tens, hundreds ...: even, for the number in the middle


class Segment(NamedTuple):
    """The part of a bar that shows the ends of one tone."""

    tone: str
    y: float
    height: float


class Bar(NamedTuple):
    """One day. ``left``: of its room, of which the bar itself fills the middle from ``x`` on."""

    day: date
    left: float
    x: float
    segments: list[Segment]
    counts: dict[Outcome, int]
    total: int


class Chart(NamedTuple):
    """All days, the oldest first. ``top``: the count at the upper edge."""

    bars: list[Bar]
    top: int
    step: float
    width: float
    totals: dict[Outcome, int]

    @property
    def total(self) -> int:
        """How many incidents ended."""
        return sum(self.totals.values())

    @property
    def busiest(self) -> Bar:
        """The day on which most incidents ended."""
        return max(self.bars, key=lambda bar: bar.total)

    @property
    def tones(self) -> list[tuple[str, list[Outcome]]]:
        """Each tone that occurs, with its outcomes that occur, from the bottom to the top."""
        told = [(tone, [ended for ended in self.totals if words.outcome(ended).tone == tone]) for tone in _TONES]
        return [(tone, ends) for tone, ends in told if ends]


def draw(days: Mapping[str, Day], last: date, length: int) -> Chart:
    """The bars of so many days, up to the last one."""
    dates = [last - timedelta(days=back) for back in reversed(range(length))]
    counts = [_counts(days.get(day.isoformat(), Day())) for day in dates]
    top = _top(max(sum(counted.values()) for counted in counts))
    step = WIDTH / length
    bars = [
        _bar(place, day, counted, top, step) for place, (day, counted) in enumerate(zip(dates, counts, strict=True))
    ]
    return Chart(bars, top, step, step * _FILLED, _sum(counts))


def _bar(place: int, day: date, counts: dict[Outcome, int], top: int, step: float) -> Bar:
    left = place * step
    segments = list(_segments(counts, top))
    return Bar(day, round(left, 2), round(left + step * (1 - _FILLED) / 2, 2), segments, counts, sum(counts.values()))


def _segments(counts: Mapping[Outcome, int], top: int) -> Iterator[Segment]:
    floor = float(HEIGHT)
    for tone in _TONES:
        height = sum(number for ended, number in counts.items() if words.outcome(ended).tone == tone) * HEIGHT / top
        if height:
            floor -= height
            yield Segment(tone, round(floor, 2), round(height, 2))


def _counts(day: Day) -> dict[Outcome, int]:
    """By outcome, in the order of definition; a name that this version does not know is left out."""
    return {ended: day.outcomes[ended] for ended in Outcome if day.outcomes.get(ended)}


def _sum(counts: Sequence[Mapping[Outcome, int]]) -> dict[Outcome, int]:
    totals = {ended: sum(counted.get(ended, 0) for counted in counts) for ended in Outcome}
    return {ended: number for ended, number in totals.items() if number}


def _top(most: int) -> int:
    """The smallest round number that is not below."""
    scale = 1
    while scale * _STEPS[-1] < most:
        scale *= 10
    return next(step * scale for step in _STEPS if step * scale >= most)
