"""A storm is folded: nothing is told twice, nothing is lost, whatever runs die and receivers are down."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.folders import FOLDER, Batch, Folder, FolderRequest, Offered
from responder.incident import Outcome, Reported
from responder.notify.digest import MOST_ROWS, DigestRow, fold, merged

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
RULE: dict[str, Any] = {"target": "ops", "after": 2, "minutes": 30}
GOOD = Reported(state="delivered", attempts=1, at=AT)
BAD = Reported(state="given-up", attempts=9, at=AT)


def row(number: int, outcome: Outcome = Outcome.RESOLVED) -> DigestRow:
    return DigestRow(id=f"inc-{number:04}", outcome=outcome, ended_at=AT + timedelta(seconds=number))


class Desk:
    """A folder and what became of its operations."""

    def __init__(self) -> None:
        self.state, self.now = Folder(), AT

    def ask(self, operation: str, **more: Any) -> Any:
        request = FolderRequest(now=self.now, **{**RULE, **more})
        self.state, answer = FOLDER[operation](self.state, request)
        return answer

    def offer(self, *numbers: int) -> list[Offered]:
        return [self.ask("offer", row=row(number)) for number in numbers]


def test_a_quiet_night_is_told_one_by_one() -> None:
    desk = Desk()
    for number in range(10):
        desk.now += timedelta(minutes=20)
        assert desk.offer(number) == [Offered(alone=True)]
    assert desk.state.waiting is None


def test_a_storm_is_folded_by_one_run() -> None:
    desk = Desk()
    answers = desk.offer(*range(50))
    assert answers[:2] == [Offered(alone=True)] * 2
    assert [answer.call for answer in answers[2:]] == [1, *[None] * 47]
    batch = desk.ask("take", generation=1)
    assert (batch.digest.id, sum(batch.digest.counts.values())) == ("dig-ops-1", 48)
    desk.ask("settle", generation=1, reported=GOOD)
    assert desk.ask("take", generation=1) == Batch()
    assert (desk.state.waiting, desk.state.batch, desk.state.seen) == (None, None, None)


def test_what_comes_while_a_digest_is_posted_is_told_by_the_next_one() -> None:
    desk = Desk()
    desk.offer(*range(5))
    desk.ask("take", generation=1)
    assert desk.offer(5) == [Offered()]
    desk.ask("settle", generation=1, reported=GOOD)
    second = desk.ask("take", generation=1).digest
    assert (second.id, [entry.id for entry in second.incidents]) == ("dig-ops-2", ["inc-0005"])


def test_a_digest_that_does_not_arrive_is_told_with_the_next_one() -> None:
    desk = Desk()
    desk.offer(*range(5))
    desk.ask("take", generation=1)
    desk.ask("settle", generation=1, reported=BAD)
    desk.now += timedelta(hours=30)
    (answer,) = desk.offer(9)
    assert answer == Offered(call=2)
    assert sum(desk.ask("take", generation=2).digest.counts.values()) == 4


def test_a_run_that_dies_is_followed_and_the_same_digest_posted_again() -> None:
    desk = Desk()
    desk.offer(*range(5))
    first = desk.ask("take", generation=1)
    desk.now += timedelta(hours=27)
    assert desk.offer(9) == [Offered(call=2)]
    assert desk.ask("take", generation=2) == first
    assert desk.ask("take", generation=1) == Batch()  # the dead one comes back
    desk.ask("settle", generation=1, reported=GOOD)
    assert desk.state.batch is not None


def test_a_person_wakes_what_waits_once() -> None:
    desk = Desk()
    assert desk.ask("wake") == Offered()
    desk.offer(*range(5))
    desk.ask("take", generation=1)
    desk.ask("settle", generation=1, reported=BAD)
    assert [desk.ask("wake"), desk.ask("wake")] == [Offered(call=2), Offered()]


@given(st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=3 * MOST_ROWS), st.data())
def test_folding_counts_everything_and_names_the_worst(outcomes: list[Outcome], data: st.DataObject) -> None:
    rows = [row(number, outcome) for number, outcome in enumerate(outcomes)]
    cut = data.draw(st.integers(1, len(rows)))
    whole = fold("d", rows)
    parts = [fold("d", part) for part in (rows[:cut], rows[cut:]) if part]
    joined = merged(*parts) if len(parts) > 1 else parts[0]
    assert joined == whole
    assert sum(whole.counts.values()) == len(rows) == len(whole.incidents) + whole.left_out
    if Outcome.FAILED in outcomes:
        assert whole.incidents[0].outcome is Outcome.FAILED


@given(st.lists(st.sampled_from(["offer", "take", "good", "bad", "hour", "die"]), max_size=60))
def test_every_result_is_told_exactly_once_by_what_has_arrived(steps: list[str]) -> None:
    """Whatever happens in whatever order: told alone + told by arrived digests + still kept = offered."""
    desk, offered, alone, arrived, run = Desk(), 0, 0, 0, None
    for step in steps:
        match step:
            case "offer":
                (answer,) = desk.offer(offered)
                offered, alone, run = offered + 1, alone + answer.alone, answer.call or run
            case "hour":
                desk.now += timedelta(hours=9)
            case "take" if run:
                desk.ask("take", generation=run)
            case "good" | "bad" if run and desk.state.batch and run == desk.state.generation:
                arrived += sum(desk.state.batch.counts.values()) if step == "good" else 0
                desk.ask("settle", generation=run, reported=GOOD if step == "good" else BAD)
            case _:
                run = None
        kept = [part for part in (desk.state.waiting, desk.state.batch) if part]
        assert alone + arrived + sum(sum(part.counts.values()) for part in kept) == offered


def test_an_older_run_settles_nothing() -> None:
    desk = Desk()
    desk.offer(*range(5))
    desk.state = replace(desk.state, generation=7)
    assert desk.ask("take", generation=1) == Batch()
