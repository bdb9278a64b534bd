"""Resource Graph counts the questions of the whole app: in a crowd an incident asks it in its turn, else at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.entities import Grant, Request
from handlers.messages import Answer
from responder.wire import record, typed
from tests.handlers.flows import START, FakeContext, Task, drive, hops

LATER = START + timedelta(seconds=7)


def asked(activity: str, *, frugal: bool) -> tuple[list[Request], list[datetime]]:
    """The turns an incident took before this activity, and when it then called it."""
    context, turns, calls = FakeContext(), list[Request](), list[datetime]()

    def answer(task: Task) -> Any:
        if task.name == "governor.turn":
            turns.append(typed(task.payload, Request))
            return record(Grant(start_at=LATER))
        assert task.name == activity
        calls.append(context.current_utc_datetime)
        return record(Answer(value="done"))

    way = hops(context)
    way.frugal = frugal
    drive(context, way.ask(activity, Grant(), str), answer)
    return turns, calls


@pytest.mark.parametrize("activity", ["diagnose", "examine"])
def test_in_a_crowd_each_waits_for_its_turn(activity: str) -> None:
    (turn,), calls = asked(activity, frugal=True)
    assert (turn.subscription, turn.per_hour) == ("resource graph", 3600)
    assert calls == [LATER]


@pytest.mark.parametrize("activity, frugal", [("diagnose", False), ("apply_change", True)])
def test_who_is_alone_or_asks_something_else_asks_at_once(activity: str, frugal: bool) -> None:
    assert asked(activity, frugal=frugal) == ([], [START])
