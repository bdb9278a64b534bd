"""What a storm is measured by: the bound of Azure's limits, counts in any hour, and what counts as wrong."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sandbox.cli import main
from sandbox.storm.bound import bound, last_read
from sandbox.storm.command import problems
from sandbox.storm.picture import Sample, draw
from sandbox.storm.plan import Plan
from sandbox.storm.run import Details, Result
from sandbox.storm.tally import most_in_an_hour

NOW = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN = Plan(vms=10, kills=1)
GOOD = Result(
    incidents=10,
    terminal=10,
    lost=0,
    repeated_mutations=0,
    reports=10,
    duplicate_reports=0,
    bound=2.0,
    actual=2.5,
    ratio=1.25,
    peak_mb=120.0,
)
DETAILS = Details(
    outcomes={"resolved": 10},
    accepted={"builtin": 11},
    sent_again=0,
    open=0,
    kills=1,
    calls=100,
    throttled=0,
    most_job_reads_in_an_hour={"rsv": 60},
    most_job_reads_later={"rsv": 55},
    intake_median_ms=40.0,
    intake_95_ms=90.0,
    alone_hours=2.0,
    real_seconds=10.0,
)


@pytest.mark.parametrize("vms, hours", [(1, 0), (300, 0), (301, 1), (1000, 3), (1201, 4)])
def test_the_last_of_many_items_can_be_read_hours_later(vms: int, hours: int) -> None:
    assert last_read(vms) == hours * HOUR


def test_the_largest_subscription_bounds_a_storm() -> None:
    assert bound({"one": 900, "other": 100}, 2 * HOUR) == 4 * HOUR


@given(st.lists(st.integers(0, 4 * 3600), min_size=1).map(sorted))
def test_the_most_in_any_hour_is_that_of_the_fullest(seconds: list[int]) -> None:
    moments = [NOW + timedelta(seconds=second) for second in seconds]
    counted = Counter({begin: sum(begin <= at < begin + HOUR for at in moments) for begin in moments})
    assert most_in_an_hour(moments) == max(counted.values())


def test_nothing_is_wrong_with_a_good_storm() -> None:
    assert problems(PLAN, GOOD, DETAILS) == []


@pytest.mark.parametrize(
    "result",
    [
        {"incidents": 9},
        {"incidents": 11},
        {"terminal": 9},
        {"lost": 1},
        {"repeated_mutations": 1},
        {"reports": 11},
        {"ratio": 1.51},
        {"peak_mb": 400.0},
    ],
)
def test_every_figure_of_a_storm_has_its_limit(result: dict[str, float]) -> None:
    assert len(problems(PLAN, replace(GOOD, **result), DETAILS)) == 1


@pytest.mark.parametrize(
    "details",
    [
        {"open": 1},
        {"kills": 0},
        {"throttled": 21},
        {"intake_median_ms": 100.1},
        {"most_job_reads_in_an_hour": {"rsv": 151}},
        {"most_job_reads_later": {"rsv": 71}},
    ],
)
def test_every_detail_of_a_storm_has_its_limit(details: dict[str, object]) -> None:
    assert len(problems(PLAN, GOOD, replace(DETAILS, **details))) == 1


@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(0, 10), st.integers(0, 3)), min_size=1).map(sorted),
    st.floats(0.1, 50),
)
def test_the_picture_is_well_formed_and_nothing_lies_outside_of_it(looks: list[Any], least: float) -> None:
    svg = ET.fromstring(draw([Sample(*look) for look in looks], vms=10, bound=least))  # noqa: S314  our own
    line = svg.find("{*}polyline")
    assert line is not None
    places = list(map(float, line.attrib["points"].split()))
    assert all(0 <= x <= 760 for x in places[::2])
    assert all(0 <= y <= 340 for y in places[1::2])


def test_vms_are_spread_over_vaults_and_these_over_subscriptions() -> None:
    worlds = Plan(vms=10, vaults=3, subscriptions=2).worlds
    assert [world["fleet"]["count"] for world in worlds] == [4, 3, 3]
    assert len({world["subscription"] for world in worlds}) == 2
    assert len({world["vault"]["name"] for world in worlds}) == 3


@pytest.mark.parametrize(
    "arguments",
    [["--vms", "0"], ["--vms", "many"], ["--duplicates", "120%"], ["--duplicates", "some"], ["--speed", "0"]],
)
def test_a_storm_that_cannot_be_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["storm", *arguments])
    assert refused.value.code == 2
    assert arguments[1] in capsys.readouterr().err
