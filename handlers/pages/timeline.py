"""The incident drawn over time: an inline SVG that grows with the page's width, in the colours of the page.

It has no view box: lengths across are percentages, so that texts keep their size on a phone and on a wide screen.
Nothing in it needs a style of its own: colours are `currentColor` under the page's classes of tones.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from unicodedata import east_asian_width
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from handlers.pages.timeline_parts import Event, Scale, events, folded
from responder.incident import Incident
from responder.language import say
from responder.words import duration, plain

_ROW = 50  # pixels
_TOP = 6
_FOOT = 34
_INDENT = 24
_MOST = 60  # rows
_TITLE_COLUMNS = (31, 80)  # what a page of 360 pixels shows of a title, and a wide one; and of the line under it
_LINE_COLUMNS = (41, 100)
_LONG = 3600.0  # seconds; a bar that took longer is drawn broken
_NARROW = 6.0  # percent; a bar that is no wider has no room for the break
_LEFT, _RIGHT = 1.0, 98.0  # percent; markers at the edges stay inside
_SHAPES = {
    "failed": "M3 3 L13 13 M13 3 L3 13",
    "opened": "M8 2 L8 10 M4 7 L8 11 L12 7 M2 14 L14 14",
    "checks": "M11 11 L14 14 M12 7 A5 5 0 1 1 2 7 A5 5 0 1 1 12 7",
    "fix": "M3 3 H13 V13 H3 Z",
    "backup": "M8 2 L14 13 H2 Z",
    "wait": "M5 2 V14 M11 2 V14",
    "approval": "M8 8 A3 3 0 1 0 8 2 A3 3 0 1 0 8 8 M2 14 A6 5 0 0 1 14 14",
    "gap": "M8 2 V4 M8 7 V9 M8 12 V14",
    "end": "M3 15 V2 H13 L10 5 L13 8 H3",
}


def draw(incident: Incident, now: datetime | None, zone: ZoneInfo) -> str:
    """The timeline of an incident as the text of one ``<svg>`` element.

    Args:
        incident: whole, or in one of its shorter forms.
        now: up to where things that have not ended are drawn; None: to the last moment that is known.
        zone: of the times that are shown.
    """
    rows = folded(events(incident), _MOST)
    last = max([moment for row in rows for moment in _moments(row)] + ([now] if now else []))
    rows = [row._replace(end=last) if row.goes_on else row for row in rows]
    scale = Scale([moment for row in rows for moment in _moments(row)])
    drawing = _frame(incident, rows, zone)
    for place, (before, row) in enumerate(pairwise([None, *rows])):
        if row:
            _draw_row(drawing, row, scale, _TOP + place * _ROW, _when(row, before, zone))
    foot = say("Long spans are shortened. Times: {zone}", zone=zone.key)
    _text(drawing, foot, 0, _TOP + len(rows) * _ROW + 20, **{"font-size": "12"})
    return ET.tostring(drawing, encoding="unicode")


def described(incident: Incident, zone: ZoneInfo) -> Iterator[tuple[str, Event]]:
    """Every event with its time, for the list that says the same as the drawing."""
    before = None
    for event in events(incident):
        yield _when(event, before, zone), event
        before = event


def _moments(row: Event) -> list[datetime]:
    return [row.start, row.until]


def _frame(incident: Incident, rows: list[Event], zone: ZoneInfo) -> ET.Element:
    height = str(_TOP + len(rows) * _ROW + _FOOT)
    about = {"role": "img", "class": "timeline", "width": "100%", "height": height, "aria-labelledby": "tl-t tl-d"}
    drawing = ET.Element("svg", about)
    title = say("Timeline of {vm}", vm=plain((incident.vm or incident.id).rpartition("/")[2], 120))
    ET.SubElement(drawing, "title", {"id": "tl-t"}).text = title
    told = [f"{_local(row.start, zone):%Y-%m-%d %H:%M} {row.title}" for row in rows]
    ET.SubElement(drawing, "desc", {"id": "tl-d"}).text = plain("; ".join(told), 4000)
    return drawing


def _draw_row(drawing: ET.Element, row: Event, scale: Scale, top: int, when: str) -> None:
    title = f"{row.title} ({row.times})" if row.times > 1 else row.title
    took = say("goes on") if row.goes_on else duration(row.seconds if row.seconds >= 1 else None)
    line = " · ".join(filter(None, (when, took, row.detail)))
    group = ET.SubElement(drawing, "g", {"class": row.tone})
    ET.SubElement(group, "title").text = plain(f"{title}\n{line}", 600)
    _mark(group, row, top)
    _texts(group, title, _TITLE_COLUMNS, top + 14, **{"font-weight": "600", "font-size": "14"})
    _texts(group, line, _LINE_COLUMNS, top + 31, **{"font-size": "12"})
    _bar(group, row, scale, top + 40)


def _mark(group: ET.Element, row: Event, top: int) -> None:
    inside = "currentColor" if row.kind in {"fix", "end"} else "none"
    shape = {"d": _SHAPES[row.kind], "fill": inside, "transform": f"translate(0 {top + 1})", "stroke": "currentColor"}
    ET.SubElement(group, "path", {**shape, "stroke-width": "2", "stroke-linejoin": "round", "stroke-linecap": "round"})


def _bar(group: ET.Element, row: Event, scale: Scale, y: int) -> None:
    """The lane in faint, and on it what the event took: a dot for a moment, a bar for a span, broken if it was long."""
    _line(group, _LEFT, _RIGHT, y, width=1, faint=True)
    start = _across(scale.at(row.start))
    end = _across(scale.at(row.until))
    if end - start < 1:
        ET.SubElement(group, "circle", {"cx": f"{start:.2f}%", "cy": str(y), "r": "4", "fill": "currentColor"})
        return
    if row.seconds < _LONG or end - start < _NARROW:
        _line(group, start, end, y, width=6)
    else:
        _broken(group, start, end, y)


def _broken(group: ET.Element, start: float, end: float, y: int) -> None:
    middle = (start + end) / 2
    _line(group, start, middle - 1, y, width=6)
    _line(group, middle + 1, end, y, width=6)
    for place in (middle - 0.7, middle + 0.7):
        ends = {"x1": f"{place - 0.4:.2f}%", "x2": f"{place + 0.4:.2f}%", "y1": str(y + 6), "y2": str(y - 6)}
        ET.SubElement(group, "line", {**ends, "stroke": "currentColor", "stroke-width": "1.5"})


def _line(group: ET.Element, start: float, end: float, y: int, *, width: int, faint: bool = False) -> None:
    ends = {"x1": f"{start:.2f}%", "x2": f"{end:.2f}%", "y1": str(y), "y2": str(y)}
    opacity = {"stroke-opacity": "0.25"} if faint else {}
    ET.SubElement(group, "line", {**ends, "stroke": "currentColor", "stroke-width": str(width), **opacity})


def _texts(group: ET.Element, text: str, columns: tuple[int, int], y: int, **more: str) -> None:
    """A text cut for a narrow page, and for a wide one if more of it fits there; the style shows one of them."""
    narrow, wide = (_cut(text, most) for most in columns)
    if narrow == wide:
        _text(group, wide, _INDENT, y, **more)
        return
    _text(group, narrow, _INDENT, y, **more, **{"class": "on-narrow"})
    _text(group, wide, _INDENT, y, **more, **{"class": "on-wide"})


def _text(parent: ET.Element, text: str, x: int, y: int, **more: str) -> None:
    written = ET.SubElement(parent, "text", {"x": str(x), "y": str(y), "fill": "currentColor", **more})
    written.text = text


def _across(percent: float) -> float:
    return _LEFT + percent * (_RIGHT - _LEFT) / 100


def _when(row: Event, before: Event | None, zone: ZoneInfo) -> str:
    """The time; with the day where it is another one than that of the event before."""
    at = _local(row.start, zone)
    same_day = before is not None and _local(before.start, zone).date() == at.date()
    return f"{at:%H:%M}" if same_day else f"{at:%Y-%m-%d %H:%M}"


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    """In the zone; near the ends of the calendar, where that cannot be told, in UTC."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at.astimezone(UTC)


def _cut(text: str, columns: int) -> str:
    """As much of a text as fits; signs of East Asia take two columns."""
    left, kept = columns, ""
    for sign in plain(text, 4 * columns).replace("\n", " "):
        left -= 2 if east_asian_width(sign) in {"W", "F"} else 1
        if left < 0:
            return kept[:-1].rstrip() + "…"
        kept += sign
    return kept
