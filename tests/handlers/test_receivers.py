"""Several targets: one that is down holds up no other, folded results are collected, and the worst is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from handlers.folders import Offered
from handlers.messages import Addressee, Addressees, Answer, Trouble
from handlers.receivers import ask_people, tell_end, worst
from handlers.targets import Standing
from responder.incident import Approval, Incident, Outcome, Reported
from responder.notify.webhook import Delivery, DeliveryState
from responder.wire import record
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops

ENDED = Incident(id="inc-1", state="ended", outcome=Outcome.RESOLVED, failure=FAILURE, opened_at=START, ended_at=START)
PLAN = Approval(event="decision-1", fingerprint="f", asked_at=START, expires_at=START + timedelta(days=1), changes=[])


class World:
    """Targets that answer as told; remembers who was posted to when."""

    def __init__(self, *wanted: Addressee, **states: list[str]) -> None:
        self.context, self.states = FakeContext(), states
        self.addressees = [record(Answer(value=record(Addressees(all=list(wanted)))))]
        self.posts: list[tuple[str, datetime]] = []
        self.asked: list[str] = []
        self.calls: list[Any] = []
        self.offered = Offered(alone=True)

    def run(self, flow: Any) -> Any:
        return drive(self.context, _asking(flow, self._answer), self._answer)

    def _answer(self, task: Task) -> Any:
        self.asked.append(task.name)
        match task.name:
            case "address":
                return self.addressees.pop(0) if len(self.addressees) > 1 else self.addressees[0]
            case "deliver":
                return self._deliver(task.payload["target"])
            case "call_digest":
                self.calls.append(task.payload)
                return record(Answer())
            case "folder.offer":
                return record(self.offered)
            case _:
                return record(Standing())

    def _deliver(self, target: str) -> Any:
        self.posts.append((target, self.context.current_utc_datetime))
        left = self.states[target]
        state = left.pop(0) if len(left) > 1 else left[0]
        return record(Answer(value=record(Delivery(state=DeliveryState(state), detail="told", address="here"))))


def _asking(flow: Any, answer: Any) -> Any:
    """`drive` answers ``address`` by itself; here the world does."""
    result: Any = None
    while True:
        try:
            task = flow.send(result)
        except StopIteration as end:
            return end.value
        result = answer(task) if task.name == "address" else (yield task)


def targets(*names: str) -> list[Addressee]:
    return [Addressee(target=name) for name in names]


def test_one_that_is_down_for_hours_holds_up_no_other() -> None:
    world = World(*targets("down", "up"), down=["retry"] * 6 + ["delivered"], up=["delivered"])
    reports = world.run(tell_end(hops(world.context), ENDED))
    assert [(report.target, report.state) for report in reports] == [("down", "delivered"), ("up", "delivered")]
    assert [at for target, at in world.posts if target == "up"] == [START]
    assert [report.attempts for report in reports] == [7, 1]


def test_each_has_its_own_patience_and_end() -> None:
    world = World(*targets("never", "gone", "no"), never=["retry"], gone=["gone"], no=["refused"])
    reports = world.run(tell_end(hops(world.context), ENDED))
    assert [report.state for report in reports] == ["given-up", "gone", "refused"]
    assert [target for target, _ in world.posts].count("never") > 20
    assert world.asked.count("target.keep") == 3


def test_nobody_wants_it() -> None:
    world = World()
    way = hops(world.context)
    reports = world.run(tell_end(way, ENDED))
    assert (reports, worst(way, reports).state) == ([], "unwanted")
    assert world.posts == []


@pytest.mark.parametrize(
    "states,expected",
    [
        (["delivered", "collected"], "delivered"),
        (["collected", "delivered"], "collected"),
        (["delivered", "refused", "gone"], "refused"),
    ],
)
def test_on_the_whole_it_went_as_it_went_worst(states: list[str], expected: str) -> None:
    reports = [Reported(state=state, attempts=1, at=START) for state in states]
    assert worst(hops(FakeContext()), reports).state == expected


def test_a_result_of_a_storm_is_collected_and_its_run_started() -> None:
    world = World(Addressee(target="ops", after=2, minutes=15), *targets("all"), all=["delivered"])
    world.offered = Offered(call=4)
    reports = world.run(tell_end(hops(world.context), ENDED))
    assert [(report.target, report.state) for report in reports] == [("all", "delivered"), ("ops", "collected")]
    assert [target for target, _ in world.posts] == ["all"]
    assert [(call["target"], call["minutes"], call["generation"]) for call in world.calls] == [("ops", 15, 4)]


def test_a_run_that_is_alive_is_not_started_again() -> None:
    world = World(Addressee(target="ops", after=2, minutes=15))
    world.offered = Offered()
    assert [report.state for report in world.run(tell_end(hops(world.context), ENDED))] == ["collected"]
    assert world.calls == []


def test_an_app_that_cannot_say_who_wants_it_is_asked_until_it_can() -> None:
    world = World(*targets("up"), up=["delivered"])
    world.addressees.insert(0, record(Answer(trouble=Trouble(kind="Unexpected", text="a bug"))))
    (report,) = world.run(tell_end(hops(world.context), ENDED))
    assert report.state == "delivered"
    assert world.context.current_utc_datetime > START


def test_one_receiver_of_a_question_is_enough() -> None:
    waiting = replace(ENDED, outcome=None, ended_at=None, approvals=[PLAN])
    world = World(*targets("down", "up"), down=["retry"], up=["delivered"])
    world.run(ask_people(hops(world.context), waiting))
    assert world.posts == [("down", START), ("up", START)]
    assert world.context.current_utc_datetime == START
    assert "target.keep" not in world.asked


def test_a_question_that_nobody_takes_is_tried_for_an_hour() -> None:
    waiting = replace(ENDED, outcome=None, ended_at=None, approvals=[PLAN])
    world = World(*targets("down"), down=["retry"])
    world.run(ask_people(hops(world.context), waiting))
    assert timedelta(hours=1) <= world.context.current_utc_datetime - START < timedelta(hours=2)
