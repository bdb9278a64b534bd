from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.dig import dig, duration, flag, moment, number, pairs, rows, shifted, text, texts

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
)


def test_finds_by_path_in_any_case() -> None:
    value = {"Properties": {"jobId": "x"}, "properties": {"jobid": "y"}}
    assert dig(value, "properties", "jobId") == "y"
    assert dig(value, "PROPERTIES", "JOBID") == "x"
    assert dig(value, "properties", "jobid", "deeper") is None


def test_types_are_kept_apart() -> None:
    value = {"n": 7, "s": "12", "b": True, "w": "False", "l": ["a", 1], "e": "", "big": "9" * 40}
    assert (number(value, "n"), number(value, "s"), number(value, "b"), number(value, "big")) == (7, 12, None, None)
    assert (flag(value, "b"), flag(value, "w"), flag(value, "s"), flag(value, "n")) == (True, False, None, None)
    assert (text(value, "s"), text(value, "e"), text(value, "n")) == ("12", None, None)
    assert (rows(value, "l"), rows(value, "s"), texts(value, "l")) == (["a", 1], [], ["a"])


@pytest.mark.parametrize(
    "written,meant",
    [
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("2001-01-01T00:00:00Z", None),
        ("soon", None),
        ("0001-01-01T00:00:00+14:00", None),
        (5, None),
        ("2026-11-02T01:14:09.7305512Z", datetime(2026, 11, 2, 1, 14, 9, 730551, UTC)),
        ("2026-11-02T01:14:09", datetime(2026, 11, 2, 1, 14, 9, tzinfo=UTC)),
        ("2026-11-02T02:14:09+01:00", datetime(2026, 11, 2, 1, 14, 9, tzinfo=UTC)),
    ],
)
def test_times_are_utc_and_placeholders_are_none(written: object, meant: datetime | None) -> None:
    assert moment({"at": written}, "at") == meant


@pytest.mark.parametrize(
    "seconds,length", [(2402.5, 2402.5), ("90", 90), (0, 0), (True, None), (-1, None), ("x", None)]
)
def test_lengths_of_time_are_seconds(seconds: object, length: float | None) -> None:
    assert duration({"s": seconds}, "s") == (None if length is None else timedelta(seconds=length))


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e300, "1e999", 10**400])
def test_lengths_that_no_time_has_are_none(seconds: object) -> None:
    assert duration(seconds) is None


def test_times_do_not_leave_the_calendar() -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    assert shifted(at, timedelta(hours=1)) == datetime(2026, 11, 2, 1, tzinfo=UTC)
    assert shifted(at, timedelta(days=5_000_000)) == datetime.max.replace(tzinfo=UTC)
    assert shifted(at, -timedelta(days=5_000_000)) == datetime.min.replace(tzinfo=UTC)


def test_members_of_an_object_are_pairs_and_of_anything_else_none() -> None:
    assert pairs({"a": {"B": 1, 2: 3}}, "A") == [("B", 1)]
    assert (pairs([1]), pairs(None), pairs("x")) == ([], [], [])


@given(anything, st.text())
def test_nothing_raises(value: object, key: str) -> None:
    for read in (dig, text, number, flag, rows, texts, moment, duration, pairs):
        read(value, key)
        read({key: value}, key)
