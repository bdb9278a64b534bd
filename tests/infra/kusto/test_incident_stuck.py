"""The rule that looks for open incidents that give no sign."""

import pytest

from tests.handlers.flows import FakeContext, hops
from tests.infra.kusto.engine import Engine
from tests.infra.kusto.life import START, Life, after
from tests.infra.kusto.queries import fired
from tests.infra.kusto.rows import Journal, Rows, trace


def stuck(engine: Engine, rows: Rows, hours: float) -> list[object]:
    return [row["Incident"] for row in fired(engine, "incident-stuck", rows, after(hours=hours))]


def test_an_open_incident_without_a_sign_is_stuck_after_three_hours(engine: Engine, journal: Journal) -> None:
    Life(journal)
    assert stuck(engine, journal.rows, 2.99) == []
    (row,) = fired(engine, "incident-stuck", journal.rows, after(hours=3.01))
    assert row == {
        "Incident": "inc-1",
        "Event": "accepted",
        "State": "",
        "TimeGenerated": "2026-10-06T01:00:00Z",
        "Until": None,
    }


def test_one_that_waits_is_stuck_three_hours_after_what_it_waits_for(engine: Engine, journal: Journal) -> None:
    life = Life(journal)
    life.wait(0.5, 20)
    assert [stuck(engine, journal.rows, hours) for hours in (4, 19, 22.99)] == [[], [], []]
    (row,) = fired(engine, "incident-stuck", journal.rows, after(hours=23.01))
    assert (row["Event"], row["State"], row["Until"]) == ("waiting", "backing-off", "2026-10-06T21:00:00Z")


def test_the_newest_line_counts_whichever_way_they_came(engine: Engine, journal: Journal) -> None:
    life = Life(journal)
    life.wait(0.5, 20)
    life.story.step("planning")
    life.follow(5)
    journal.rows["AppTraces"].reverse()
    assert stuck(engine, journal.rows, 7.9) == []
    assert stuck(engine, journal.rows, 8.1) == ["inc-1"]


def test_a_wait_without_an_end_is_kept_alive_by_its_hourly_sign(engine: Engine, journal: Journal) -> None:
    life = Life(journal)
    life.wait(0.5, None)
    for hours in range(2, 9):
        life.follow(hours)
        assert stuck(engine, journal.rows, hours + 0.9) == []
    assert stuck(engine, journal.rows, 11.1) == ["inc-1"]


def test_a_sign_behind_the_end_of_a_wait_counts_from_the_sign(engine: Engine, journal: Journal) -> None:
    life = Life(journal)
    life.wait(0.5, 1)
    life.follow(3)
    assert '"until":"2026-10-06T02:00:00Z"' in journal.rows["AppTraces"][-1]["Message"]
    assert stuck(engine, journal.rows, 5.9) == []
    assert stuck(engine, journal.rows, 6.1) == ["inc-1"]


@pytest.mark.parametrize("times", [1, 2])
def test_one_that_has_ended_is_never_stuck(times: int, engine: Engine, journal: Journal) -> None:
    """Also where the host died behind the end, so that it was written twice."""
    life = Life(journal)
    life.end(1)
    journal.rows["AppTraces"] += journal.rows["AppTraces"][-1:] * (times - 1)
    assert [stuck(engine, journal.rows, hours) for hours in range(2, 54, 3)] == [[]] * 18


def test_nor_is_one_whose_result_was_delivered_late(engine: Engine, journal: Journal) -> None:
    """Its end leaves the window of two days before the lines of the delivery do."""
    life = Life(journal)
    life.end(1)
    for hours in (2, 3, 4, 20):
        life.follow(hours)
    undelivered: Rows = {"AppTraces": [*journal.rows["AppTraces"]]}
    life.arrive(25, "given-up")
    assert [stuck(engine, undelivered, hours) for hours in range(2, 80, 3)] == [[]] * 26
    assert [stuck(engine, journal.rows, hours) for hours in range(26, 80)] == [[]] * 54


def test_nor_one_that_is_told_again_long_after_its_end(engine: Engine, journal: Journal) -> None:
    hops(FakeContext(after(days=30))).note("told-again", outcome="resolved")
    journal.at(after(days=30))
    assert stuck(engine, journal.rows, 24 * 30 + 5) == []


def test_nor_are_lines_that_no_incident_wrote(engine: Engine, journal: Journal) -> None:
    hops(FakeContext(START), "redelivery-ops").note("refused", by="governor", reason="Paused")
    (line,) = journal.at(START)
    assert line["Message"].startswith("redelivery-ops refused")
    rows: Rows = {"AppTraces": [line, trace(START, "sweep: begins"), trace(START, "inc-1 activity failed", 3)]}
    assert stuck(engine, rows, 5) == stuck(engine, {}, 5) == []


def test_one_stuck_incident_is_found_among_others(engine: Engine, journal: Journal) -> None:
    for name in ("inc-1", "inc-2", "inc-3"):
        life = Life(journal, name)
        if name != "inc-2":
            life.end(1)
    assert stuck(engine, journal.rows, 5) == ["inc-2"]
