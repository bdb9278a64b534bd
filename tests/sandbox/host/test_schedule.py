"""NCRONTAB expressions."""

from datetime import UTC, datetime

import pytest

from sandbox.host.schedule import Schedule, ScheduleError

START = datetime(2026, 11, 22, 10, 7, 30, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    "text,due",
    [
        ("0 */15 * * * *", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        ("*/15 * * * *", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        ("30 * * * * *", datetime(2026, 11, 22, 10, 8, 30, tzinfo=UTC)),
        ("0 5/20 * * * *", datetime(2026, 11, 22, 10, 25, tzinfo=UTC)),
        ("0 0 9-17 * * MON-FRI", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("0 0 0 * Jan,Mar *", datetime(2027, 1, 1, tzinfo=UTC)),
        ("0 30 9 * * 0", datetime(2026, 11, 29, 9, 30, tzinfo=UTC)),
        ("0 0 0 13 * Fri", datetime(2027, 8, 13, tzinfo=UTC)),  # day AND weekday
    ],
)
def test_next(text: str, due: datetime) -> None:
    assert Schedule(text).after(START) == due
    assert Schedule(text).after(START).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "0 0 0 L * *",
        "0 0 0 1W * *",
        "0 0 0 ? * 1",
        "0 0 0 * * 2#1",
        "00:05:00",
        "@daily",
        "61 * * * * *",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule(text)


def test_less_than_a_minute_is_frequent() -> None:
    assert Schedule("*/30 * * * * *").is_frequent(START)
    assert not Schedule("0 * * * * *").is_frequent(START)
