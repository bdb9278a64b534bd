"""The sweep's watermark: it moves on with what was accepted, and never back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.sweep_state import Note, Sweep, note
from playbooks.sweep import Way

NOW = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)

moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 10, 9), timezones=st.just(UTC))  # noqa: DTZ001  aware by timezones


def test_a_note_that_tells_nothing_answers_with_the_state() -> None:
    state = Sweep(watermark=NOW, way=Way.LISTS, why="no right", failed=3, unread=["/vault"], trouble="cut off")
    assert note(state, Note()) == (state, state)


@given(st.lists(st.none() | moments))
def test_the_watermark_is_the_latest_moment_that_was_told(told: list[datetime | None]) -> None:
    state = Sweep()
    for moment in told:
        state, _ = note(state, Note(seen_until=moment))
    assert state.watermark == max((moment for moment in told if moment), default=None)


def test_a_run_adds_up_its_pages_and_forgets_those_of_the_run_before() -> None:
    state = Sweep(watermark=NOW, failed=7, unread=["/old"], why="no right", trouble="cut off")
    state, _ = note(state, Note(began=LATER))
    state, _ = note(state, Note(way=Way.LISTS, why="refused", failed=2, unread=["/one"], listed_at=LATER))
    state, _ = note(state, Note(way=Way.LISTS, failed=1, unread=["/two"], seen_until=LATER, listed_at=LATER))
    assert state == Sweep(
        watermark=LATER,
        ran_at=LATER,
        way=Way.LISTS,
        why="refused",
        unread=["/one", "/two"],
        listed_at=LATER,
        failed=3,
    )


def test_what_is_overdue_stays_until_it_is_looked_at_again() -> None:
    state, _ = note(Sweep(), Note(overdue_at=NOW, overdue=2))
    state, _ = note(state, Note(began=LATER))
    assert (state.overdue_at, state.overdue) == (NOW, 2)
    state, _ = note(state, Note(overdue_at=LATER))
    assert (state.overdue_at, state.overdue) == (LATER, 0)
