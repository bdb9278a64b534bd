"""Who may read a vault's jobs: never more than the hour's reads, in whatever order, and nobody is forgotten."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.watch_entity import ROUND, Look, Place, Turn, Watch, WatchRequest, look, spend, take
from tests.handlers.flows import START

RATE = 60
ROOM = 10 + 1  # what a quiet vault allows at once, and the read that finds the room just not used up


def asked(incident: str, now: datetime = START, **fields: Any) -> WatchRequest:
    wanted = Look(
        incident=incident, event="jobs-1", vault="/subscriptions/s/vaults/v", item=None, since=START, **fields
    )
    return WatchRequest(now=now, reads_per_hour=RATE, look=wanted)


def test_one_who_is_alone_reads_by_itself() -> None:
    state, place = look(Watch(), asked("inc-1", job="j"))
    assert place == Place(direct=True, prepaid=1)
    assert state.waiting == {}


def test_while_nobody_knows_what_a_list_costs_the_next_one_waits() -> None:
    state, first = look(Watch(), asked("inc-1"))
    state, second = look(state, asked("inc-2"))
    assert (first.direct, second.direct, second.call) == (True, False, True)
    assert [entry.incident for entry in state.waiting.values()] == ["inc-2"]


def test_whoever_found_out_the_cost_pays_for_it() -> None:
    state, _ = look(Watch(), asked("inc-1"))
    state, _ = look(state, WatchRequest(now=START, reads_per_hour=RATE, spent=30, look=asked("inc-1").look))
    assert state.owing_until == START + timedelta(minutes=30)


def test_a_dead_finder_does_not_block_the_vault() -> None:
    state, _ = look(Watch(), asked("inc-1"))
    _, place = look(state, asked("inc-2", START + timedelta(minutes=6)))
    assert place.direct


def test_while_somebody_waits_everybody_waits() -> None:
    state, _ = look(Watch(), asked("inc-1"))
    state, _ = look(state, asked("inc-2"))
    state, _ = look(state, asked("inc-1", job="j"))
    assert [entry.incident for entry in state.waiting.values()] == ["inc-2", "inc-1"]


def test_the_watcher_is_called_once_and_again_when_it_is_dead() -> None:
    state = Watch(owing_until=START + timedelta(hours=2))
    state, first = look(state, asked("inc-1"))
    state, second = look(state, asked("inc-2"))
    state, third = look(state, asked("inc-3", START + timedelta(hours=1)))
    assert [(place.call, place.generation) for place in (first, second, third)] == [(True, 1), (False, 1), (True, 2)]


def test_a_watcher_of_an_older_generation_is_over() -> None:
    state, _ = look(Watch(owing_until=START + timedelta(hours=2)), asked("inc-1"))
    _, turn = take(state, WatchRequest(now=START, generation=7))
    assert turn == Turn(over=True)


def test_a_watcher_with_nobody_left_is_over_and_the_next_look_calls_a_new_one() -> None:
    state, place = look(Watch(owing_until=START + timedelta(hours=2)), asked("inc-1"))
    state, turn = take(state, WatchRequest(now=START, generation=place.generation, told=["inc-1 jobs-1"]))
    assert turn.over
    _, again = look(state, asked("inc-2"))
    assert (again.call, again.generation) == (True, 2)


def test_a_look_without_a_look_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="who looks"):
        look(Watch(), WatchRequest(now=START))


def test_reads_that_were_made_by_themselves_count() -> None:
    state, _ = spend(Watch(), WatchRequest(now=START, reads_per_hour=RATE, spent=3))
    assert state.owing_until == START + timedelta(minutes=3)


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 9), st.booleans(), st.integers(1, 6)), min_size=1, max_size=120
    )
)
def test_no_hour_sees_more_reads_than_it_may(steps: list[tuple[int, int, bool, int]]) -> None:
    """Incidents ask at any time; a watcher lists as soon as it may; whatever a list costs is paid before the next."""
    state, now, reads = Watch(), START, list[tuple[datetime, int]]()
    debts = dict[str, int]()
    for seconds, name, one, cost in steps:
        now += timedelta(seconds=seconds)
        incident = f"inc-{name}"
        ask = asked(incident, now, job="j" if one else None)
        state, place = look(state, WatchRequest(**_fields(ask), spent=debts.pop(incident, 0)))
        if place.direct:
            reads.append((now, 1 if one else cost))
            debts[incident] = 0 if one else cost
        state, now = _watch(state, now, cost, reads)
    worst = max(sum(count for at, count in reads if since <= at < since + timedelta(hours=1)) for since, _ in reads)
    unpaid = 10 * max(cost for *_, cost in steps)  # ten incidents that have not told yet what their reading cost
    assert worst <= RATE + ROOM + unpaid


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_everybody_who_waits_is_told_in_the_end(names: list[int]) -> None:
    state, now, waiting = Watch(owing_until=START + timedelta(hours=3)), START, set[str]()
    for name in names:
        state, place = look(state, asked(f"inc-{name}", now))
        assert not place.direct
        waiting.add(f"inc-{name}")
        now += timedelta(seconds=20)
    state, turn = take(state, WatchRequest(now=now, reads_per_hour=RATE, generation=state.generation))
    assert turn.list_at is not None
    assert turn.list_at > now
    assert turn.looks == []
    state, turn = take(state, WatchRequest(now=turn.list_at, reads_per_hour=RATE, generation=state.generation))
    assert {entry.incident for entry in turn.looks} == waiting


def test_what_needs_no_list_is_answered_before_one_is_allowed() -> None:
    state, _ = look(Watch(owing_until=START + timedelta(hours=2)), asked("inc-1"))
    state, _ = look(state, asked("inc-2", job="j", details=True))
    _, turn = take(state, WatchRequest(now=START, generation=1))
    assert [entry.incident for entry in turn.looks] == ["inc-2"]


def test_a_round_answers_only_so_many() -> None:
    crowd = [asked(f"inc-{number}", details=number == 700).look for number in range(1000)]
    state = Watch(waiting={entry.key: entry for entry in crowd if entry}, generation=1)
    _, turn = take(state, WatchRequest(now=START, generation=1))
    assert [entry.incident for entry in turn.looks] == ["inc-700", *(f"inc-{n}" for n in range(399))]


def _watch(state: Watch, now: datetime, cost: int, reads: list[tuple[datetime, int]]) -> tuple[Watch, datetime]:
    """A round of the watcher, if somebody waits; it may have to wait itself."""
    ask = WatchRequest(now=now, reads_per_hour=RATE, generation=state.generation)
    state, turn = take(state, ask)
    if turn.over or turn.list_at is None:
        return state, now
    now = max(now + ROUND, turn.list_at)
    state, turn = take(state, WatchRequest(now=now, reads_per_hour=RATE, generation=state.generation))
    reads.append((now, cost))
    told = [entry.key for entry in turn.looks]
    state, _ = take(
        state, WatchRequest(now=now, reads_per_hour=RATE, generation=state.generation, spent=cost, told=told)
    )
    return state, now


def _fields(ask: WatchRequest) -> dict[str, Any]:
    return {"now": ask.now, "reads_per_hour": ask.reads_per_hour, "look": ask.look}
