"""A storm as a picture: how many incidents have ended, hour by hour, beside the bound that Azure's limits leave."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_WIDTH, _HEIGHT = 760, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 40, 46
_STYLE = """
text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:15px}
.axis{stroke:#888;fill:none}.grid{stroke:#ddd}.ended{stroke:#0a7d4b;stroke-width:2.5;fill:none}
.bound{stroke:#b35900;stroke-dasharray:6 4}.bound-text{fill:#b35900}.kill{stroke:#c62828;stroke-width:2}
@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.ended{stroke:#4cc38a}.bound{stroke:#f0a04b}
.bound-text{fill:#f0a04b}.kill{stroke:#ef6a6a}}
"""


class Sample(NamedTuple):
    """One look: hours since the storm began, incidents that had ended, and how often the host had been killed."""

    hours: float
    ended: int
    kills: int


def draw(samples: Sequence[Sample], *, vms: int, bound: float) -> str:
    """An SVG picture.

    Args:
        samples: in the order of time; at least one.
        vms: failures of the storm, the top of the scale.
        bound: hours that the storm takes at the least.
    """
    scale = _Scale(max(samples[-1].hours, bound), vms)
    parts = [*_frame(scale), *_bound(scale, bound), *_kills(scale, samples), _line(scale, samples)]
    title = f"{samples[-1].ended} of {vms} incidents have ended after {samples[-1].hours:.1f} hours"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        f'<style>{_STYLE}</style><text class="title" x="{_LEFT}" y="22">{title}</text>{"".join(parts)}</svg>\n'
    )


class _Scale:
    """From hours and counts to places in the picture."""

    def __init__(self, hours: float, vms: int) -> None:
        self.hours, self.vms = max(hours * 1.05, 0.1), vms

    def x(self, hours: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * hours / self.hours, 1)

    def y(self, count: float) -> float:
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * count / self.vms, 1)


def _frame(scale: _Scale) -> Iterator[str]:
    low, right = scale.y(0), _WIDTH - _RIGHT
    for share in range(5):
        count = scale.vms * share // 4
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{scale.y(count)}" y2="{scale.y(count)}"/>'
        yield f'<text x="{_LEFT - 8}" y="{scale.y(count) + 4}" text-anchor="end">{count}</text>'
    for hour in range(int(scale.hours) + 1):
        yield f'<text x="{scale.x(hour)}" y="{low + 18}" text-anchor="middle">{hour} h</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{low}H{right}"/>'


def _bound(scale: _Scale, bound: float) -> Iterator[str]:
    x, text = scale.x(bound), f"the least that Azure allows: {bound:.1f} h"
    yield f'<line class="bound" x1="{x}" x2="{x}" y1="{_TOP}" y2="{scale.y(0)}"/>'
    yield f'<text class="bound-text" x="{x - 6}" y="{_TOP + 14}" text-anchor="end">{text}</text>'


def _kills(scale: _Scale, samples: Sequence[Sample]) -> Iterator[str]:
    """A mark for each look at which the host had died once more."""
    low, before, marked = scale.y(0), 0, False
    for sample in samples:
        if sample.kills > before:
            x = scale.x(sample.hours)
            yield f'<line class="kill" x1="{x}" x2="{x}" y1="{low - 10}" y2="{low}"/>'
            before, marked = sample.kills, True
    if marked:
        yield f'<text x="{_LEFT}" y="{_HEIGHT - 8}">Red marks: the functions host was killed.</text>'


def _line(scale: _Scale, samples: Sequence[Sample]) -> str:
    places = [f"{scale.x(sample.hours)} {scale.y(sample.ended)}" for sample in _thinned(samples)]
    return f'<polyline class="ended" points="{scale.x(0)} {scale.y(0)} {" ".join(places)}"/>'


def _thinned(samples: Sequence[Sample], most: int = 400) -> list[Sample]:
    """Some hundred samples are enough for a line; the last is always among them."""
    step = max(1, len(samples) // most)
    return [*samples[::step], samples[-1]]
