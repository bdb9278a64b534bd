"""The drawn timeline: well-formed whatever strangers wrote, in order, readable however long an incident took."""

from datetime import datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.live import _SHRINKS
from handlers.pages.timeline import described, draw
from handlers.pages.timeline_parts import Event, Scale, events, folded, short
from responder.incident import Incident, Retry, Wait
from responder.wire import record, typed
from tests.handlers.told import EVIL, OPENED, VM, after, incident, waiting

UTC_ZONE = ZoneInfo("UTC")
ELEMENTS = {"svg", "title", "desc", "g", "path", "line", "circle", "text"}


def drawn(told: Incident, now: datetime | None = None, zone: ZoneInfo = UTC_ZONE) -> ET.Element:
    return ET.fromstring(draw(told, now, zone))  # noqa: S314  our own drawing


def titles(told: Incident) -> list[str]:
    return [event.title for event in events(told)]


def test_it_tells_the_whole_incident_in_the_order_of_time() -> None:
    told = events(incident())
    assert [event.kind for event in told] == [
        *("failed", "opened", "checks"),
        *["fix"] * 7,
        *("backup", "wait", "approval", "end"),
    ]
    assert [event.start for event in told] == sorted(event.start for event in told)
    assert told[-1].title == "A person is needed"


def test_it_is_an_image_with_a_name_and_a_description() -> None:
    svg = drawn(incident())
    assert svg.get("role") == "img"
    named = [svg.find(f"*[@id='{name}']") for name in (svg.get("aria-labelledby") or "").split()]
    assert [part.text is not None and bool(part.text) for part in named if part is not None] == [True, True]
    assert "2026-11-02 01:14 Taken up" in (svg.findtext("desc") or "")


@given(said=st.text(max_size=60))
@example(EVIL[0])
@example(EVIL[1])
@example(EVIL[3])
@example(EVIL[6])
@example(EVIL[7])
@example(EVIL[8])
def test_no_text_of_a_stranger_becomes_a_part_of_the_drawing(said: str) -> None:
    for told in (incident(said), waiting(said)):
        svg = drawn(told)
        assert {part.tag for part in svg.iter()} <= ELEMENTS
        names = {name for part in svg.iter() for name in part.attrib}
        assert not {name for name in names if name.startswith("on") or name in {"style", "href"}}


@given(spans=st.lists(st.floats(0, 10_000_000), min_size=1, max_size=30))
def test_the_scale_keeps_the_order_and_the_edges(spans: list[float]) -> None:
    moments = [OPENED + timedelta(seconds=round(span, 3)) for span in spans]
    scale = Scale(moments)
    places = [scale.at(moment) for moment in sorted(set(moments))]
    assert places == sorted(places)
    assert places[0] == 0
    assert max(places) == pytest.approx(100 if len(set(moments)) > 1 else 0)


def test_ten_seconds_stay_visible_beside_a_day() -> None:
    moments = [after(), after(seconds=10), after(seconds=10, days=1)]
    scale = Scale(moments)
    assert scale.at(moments[1]) > 3


def test_a_long_wait_is_drawn_broken_and_says_how_long_it_was() -> None:
    svg = drawn(incident())
    (wait,) = [group for group in svg.iter("g") if (group.findtext("title") or "").startswith("waiting-for-service")]
    assert "23 h 40 min" in (wait.findtext("title") or "")
    slashes = [line for line in wait.iter("line") if line.get("y1") != line.get("y2")]
    assert len(slashes) == 2


def test_a_wait_ends_with_what_comes_next() -> None:
    woken = replace(
        waiting(),
        approvals=[],
        waits=[Wait(name="waiting-for-permit", why="w", since=after(minutes=5), until=after(hours=24))],
        retries=[Retry(purpose="p", state="Completed", started_at=after(minutes=9), ended_at=after(minutes=30))],
    )
    (wait,) = [event for event in events(woken) if event.kind == "wait"]
    assert (wait.seconds, wait.goes_on) == (240, False)


def test_what_has_not_ended_is_drawn_up_to_now() -> None:
    open_ = waiting()
    (asked,) = [event for event in events(open_) if event.kind == "approval"]
    assert asked.goes_on
    (group,) = [
        group for group in drawn(open_, after(days=9)).iter("g") if "A person is asked" in "".join(group.itertext())
    ]
    ends = [float((line.get("x2") or "").rstrip("%")) for line in group.iter("line") if line.get("stroke-width") == "6"]
    assert max(ends) == 98
    assert "goes on" in (group.findtext("title") or "")


def test_many_events_fit_into_few_rows() -> None:
    many = replace(
        incident(),
        waits=[Wait(name=f"w{number % 90}", why="y", since=after(minutes=number)) for number in range(200)],
    )
    rows = folded(events(many), 60)
    assert len(rows) == 60
    assert sum("more events" in row.title for row in rows) == 1
    assert (rows[0].kind, rows[-1].kind) == ("failed", "end")
    assert int(drawn(many).get("height") or 0) < 60 * 60
    assert len(list(described(many, UTC_ZONE))) == len(events(many))


def test_alike_events_in_a_row_are_one() -> None:
    alike = [Event("wait", "w", "", after(hours=hour), after(hours=hour + 1)) for hour in range(5)]
    (row,) = folded(alike, 60)
    assert (row.times, row.start, row.end) == (5, after(), after(hours=5))


def test_times_are_in_the_zone_and_name_the_day_where_it_changes() -> None:
    whens = [when for when, _ in described(incident(), ZoneInfo("Asia/Seoul"))]
    assert whens[0] == "2026-11-02 10:14"
    assert whens[1] == "10:14"
    assert whens[-2:] == ["2026-11-03 11:14", "16:14"]


def test_every_shorter_form_can_be_drawn() -> None:
    form = record(waiting())
    for shrink in _SHRINKS:
        form = shrink(form)
        told = typed(form, Incident)
        assert "Taken up" in titles(told)
        drawn(told)


def test_ids_in_sentences_are_names() -> None:
    assert short(f"Delete {VM}, at once") == "Delete vm-app-01, at once"
    assert short("sits on /subscriptions/abc, above") == "sits on /subscriptions/abc, above"
