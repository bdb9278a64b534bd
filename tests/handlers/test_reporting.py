"""How a message is delivered: pauses, patience, an address that is gone, and what others must know of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.entities import Receipt
from handlers.incident_flow import Limits, live
from handlers.messages import Answer, Deliver, Trouble
from handlers.reporting import pause, post
from handlers.targets import TARGET, Standing, Target, TargetRequest
from responder.incident import Approval, FailedBackup, Incident, Outcome, Reported
from responder.notify.webhook import Delivery, DeliveryState
from responder.wire import record, typed
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops

ENDED = Incident(id="inc-1", state="ended", outcome=Outcome.RESOLVED, failure=FAILURE, opened_at=START, ended_at=START)


class Receiver:
    """Answers attempts in turn, the last answer for ever; keeps the target's state; remembers what it was asked."""

    def __init__(self, answers: Iterable[dict[str, Any]], state: Target | None = None) -> None:
        self.context = FakeContext()
        self.state = state or Target()
        self.operations: list[str] = []
        self.posts: list[tuple[datetime, Any]] = []
        self._answers = list(answers)

    def post(self, message: Deliver, hours: float = 24) -> Reported:
        flow = post(hops(self.context), message, patience=timedelta(hours=hours))
        return drive(self.context, flow, self._answer)

    @property
    def pauses(self) -> list[float]:
        """Seconds between attempts."""
        times = [at for at, _ in self.posts]
        return [(after - before).total_seconds() for before, after in pairwise(times)]

    def _answer(self, task: Task) -> Any:
        if task.kind == "entity":
            assert (task.name.split(".")[0], task.key) == ("target", "webhook")
            operation = task.name.split(".")[1]
            self.operations.append(operation)
            self.state, standing = TARGET[operation](self.state, typed(task.payload, TargetRequest))
            return record(standing)
        assert len(self.posts) < 100, "the delivery does not come to an end"
        self.posts.append((self.context.current_utc_datetime, task.payload))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def told(state: str, **more: Any) -> dict[str, Any]:
    delivery = Delivery(state=DeliveryState(state), detail="told", address="here", **more)
    return record(Answer(value=record(delivery)))


MESSAGE = Deliver(incident=ENDED, now=START)
RETRY = told("retry", status=500)


def test_a_message_that_is_taken_costs_one_look_and_one_attempt() -> None:
    receiver = Receiver([told("delivered", status=202)])
    reported = receiver.post(MESSAGE)
    assert reported == Reported(state="delivered", attempts=1, status=202, detail="told", at=START, target="webhook")
    assert receiver.operations == ["look"]


def test_pauses_grow_until_an_hour_and_patience_ends_after_a_day() -> None:
    receiver = Receiver([RETRY])
    reported = receiver.post(MESSAGE)
    assert (reported.state, reported.status) == ("given-up", 500)
    assert timedelta(hours=24) <= reported.at - START < timedelta(hours=25.5)
    least = [30.0, 60, 120, 240, 480, 960, 1920]
    assert all(low <= real <= low * 1.25 for low, real in zip(least, receiver.pauses, strict=False))
    assert all(3600 <= real <= 4500 for real in receiver.pauses[7:])
    assert reported.attempts == len(receiver.posts) < 35


def test_every_attempt_posts_the_same_and_every_replay_waits_as_long() -> None:
    first, second = Receiver([RETRY]), Receiver([RETRY])
    first.post(MESSAGE)
    second.post(MESSAGE)
    assert first.pauses == second.pauses
    assert len({str(payload["incident"]) for _, payload in first.posts}) == 1


@given(st.text(max_size=40), st.integers(1, 10_000), st.none() | st.floats(0, 1e12))
def test_a_pause_is_never_shorter_than_asked_for_nor_endless(name: str, attempt: int, asked: float | None) -> None:
    waits = pause(name, attempt, asked)
    assert waits == pause(name, attempt, asked)
    assert waits >= timedelta(seconds=max(30, min(asked or 0, 86400)))
    assert waits <= 1.25 * max(timedelta(hours=1), timedelta(seconds=min(asked or 0, 86400)))


def test_pauses_of_many_messages_do_not_end_together() -> None:
    ends = sorted(pause(f"msg_inc-{number}", 1, 600).total_seconds() for number in range(200))
    assert len({round(end, 3) for end in ends}) > 190
    assert (ends[0] < 610, ends[-1] > 740) == (True, True)


def test_the_receivers_own_pause_is_kept() -> None:
    receiver = Receiver([told("retry", status=429, retry_after_seconds=1800), told("delivered")])
    assert receiver.post(MESSAGE).attempts == 2
    assert 1800 <= receiver.pauses[0] <= 2250


def test_a_fault_of_the_app_itself_is_tried_again() -> None:
    trouble = record(Answer(trouble=Trouble(kind="Unexpected", text="a bug")))
    assert Receiver([trouble, told("delivered")]).post(MESSAGE).attempts == 2


@pytest.mark.parametrize("state", ["gone", "refused", "given-up"])
def test_what_does_not_arrive_is_listed(state: str) -> None:
    receiver = Receiver([told("retry" if state == "given-up" else state, status=418)])
    reported = receiver.post(MESSAGE)
    assert reported.state == state
    (entry,) = receiver.state.kept
    assert (entry.incident, entry.outcome, entry.reported) == ("inc-1", "resolved", reported)
    assert (receiver.state.disabled is not None) is (state == "gone")


def test_an_address_that_is_gone_gets_nothing_more_and_the_result_is_listed() -> None:
    first = Receiver([told("gone", status=410)])
    first.post(MESSAGE)
    second = Receiver([told("disabled")], first.state)
    other = replace(ENDED, id="inc-2")
    reported = second.post(Deliver(incident=other, now=START))
    assert [payload["disabled"] for _, payload in second.posts] == ["here"]
    assert (reported.state, reported.attempts, reported.status) == ("disabled", 0, None)
    assert second.state.undelivered == ["inc-1", "inc-2"]


def test_an_address_that_goes_while_a_result_waits_is_noticed_before_the_next_attempt() -> None:
    receiver = Receiver([RETRY, told("disabled")])
    reported = receiver.post(MESSAGE)
    assert receiver.operations == ["look", "look", "keep"]
    assert (reported.state, reported.attempts, reported.status) == ("disabled", 1, 500)


def test_what_arrives_under_a_new_address_clears_the_old_one() -> None:
    gone = TARGET["disable"](Target(), TargetRequest(incident="inc-0", now=START, address="elsewhere"))[0]
    receiver = Receiver([told("delivered")], gone)
    receiver.post(MESSAGE)
    assert receiver.operations == ["look", "settle"]
    assert receiver.state.disabled is None


def test_a_result_that_arrives_at_last_is_listed_no_more() -> None:
    receiver = Receiver([told("refused"), told("delivered")])
    receiver.post(MESSAGE)
    assert receiver.state.undelivered == ["inc-1"]
    receiver.post(MESSAGE)
    assert receiver.state.undelivered == []


@pytest.mark.parametrize("state", ["gone", "refused", "disabled"])
def test_a_request_for_an_approval_is_not_kept(state: str) -> None:
    at = datetime(2026, 10, 6, 4, 0, tzinfo=UTC)
    asked = Approval(event="decision-1", fingerprint="f", asked_at=START, expires_at=at, changes=[])
    receiver = Receiver([told(state)])
    receiver.post(Deliver(incident=replace(ENDED, approvals=[asked]), now=START, approval=True), hours=1)
    assert receiver.state.undelivered == []
    assert (receiver.state.disabled is not None) is (state == "gone")


def test_the_report_is_the_first_end_that_the_receipt_holds() -> None:
    posted: list[Any] = []

    def answer(task: Task) -> Any:
        match task.name:
            case "receipt.open":
                return record(Receipt())
            case "receipt.close":
                return record(Receipt(ended=ENDED))
            case "deliver":
                posted.append(task.payload["incident"])
                return told("delivered")
            case _:
                return record(Standing())

    context = FakeContext()
    strange = FailedBackup(source="unknown")
    result = drive(context, live(hops(context, failure=strange), strange, Limits(concurrent=1)), answer)
    assert posted == [record(ENDED)]
    assert result["reported"]["state"] == "delivered"
    assert result["deliveries"] == [result["reported"]]
    assert {**result, "reported": None, "deliveries": []} == record(ENDED)
