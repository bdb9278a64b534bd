"""What the orchestrator does when things do not go their way: patience that ends, caps, faults of its own."""

from datetime import timedelta
from typing import Any

import pytest

from handlers import respond
from handlers.entities import Grant, Receipt
from handlers.hops import StepFailedError
from handlers.incident_flow import Limits, live
from handlers.messages import Addressee, Addressees, Answer, Diagnose
from playbooks.diagnosis import Diagnosis
from responder.guards import Refusal
from responder.incident import Incident, Outcome
from responder.wire import record
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops

LATER = record(Answer(again_after=600, why="Throttled"))


def delivered(state: str, **more: Any) -> dict[str, Any]:
    return record(Answer(value={"state": state, "detail": "told", **more}))


def test_an_activity_is_asked_again_until_patience_ends() -> None:
    context = FakeContext()
    asked: list[str] = []

    def answer(task: Task) -> Any:
        asked.append(task.payload["now"])
        return LATER

    with pytest.raises(StepFailedError, match="asked 24 times"):
        drive(context, hops(context).ask("diagnose", Diagnose(failure=FAILURE, now=START), Diagnosis), answer)
    assert len(asked) == len(set(asked)) == 24
    took = context.current_utc_datetime - START
    assert (
        timedelta(seconds=24 * 600) <= took <= timedelta(seconds=24 * (600 + 50))
    )  # nobody comes too early, nor all at once
    assert context.statuses[-1]["state"] == "waiting-for-azure"


def _answers(diagnosis: Diagnosis) -> Any:
    turns = iter([Grant(refused=Refusal(reason="TooManyIncidents", text="full"), retry_at=START + timedelta(hours=1))])

    def answer(task: Task) -> Any:
        match task.name:
            case "receipt.open" | "receipt.close":
                return record(Receipt())
            case "governor.enter":
                return record(next(turns, Grant()))
            case "diagnose":
                return record(Answer(value=record(diagnosis)))
            case "address":
                return record(Answer(value=record(Addressees(all=[Addressee(target="webhook")]))))
            case "deliver":
                return delivered("delivered")
            case _:
                return record(Grant())

    return answer


def test_an_incident_waits_for_a_place_and_is_not_lost() -> None:
    context = FakeContext()
    answer = _answers(Diagnosis())
    result = drive(context, live(hops(context), FAILURE, Limits(concurrent=1)), answer)
    assert result["waits"][0]["name"] == "waiting-for-a-place"
    assert result["outcome"] == "observed"


def test_an_incident_that_has_ended_before_is_returned_as_it_ended() -> None:
    context = FakeContext()
    ended = Incident(id="inc-1", state="ended", outcome=Outcome.RESOLVED, failure=FAILURE, opened_at=START)
    asked: list[str] = []

    def answer(task: Task) -> Any:
        asked.append(task.name)
        return record(Receipt(opened_at=START, ended=ended))

    assert drive(context, live(hops(context), FAILURE, Limits(concurrent=1)), answer) == record(ended)
    assert asked == ["receipt.open"]


def test_a_fault_of_the_app_itself_ends_as_a_reported_failure() -> None:
    context = FakeContext()
    context.input = {"failure": record(FAILURE), "concurrent": 1}
    asked: list[str] = []
    usual = _answers(Diagnosis())

    def answer(task: Task) -> Any:
        asked.append(task.name)
        if task.name == "diagnose":
            raise RuntimeError("Activity function 'diagnose' failed: ?sig=secret123")
        return usual(task)

    flow = _orchestrator()(context)
    result = _drive_with_failures(context, flow, answer)
    assert (result["outcome"], result["reason"]) == ("failed", "Unexpected")
    assert "secret123" not in result["summary"]
    assert asked[-4:] == ["receipt.close", "address", "target.look", "deliver"]


def _orchestrator() -> Any:
    """The generator function below the SDK's decorators."""
    registered: Any = respond.incident
    handle = registered._function.get_user_function()
    return handle.orchestrator_function


def _drive_with_failures(context: FakeContext, flow: Any, answer: Any) -> Any:
    """As `drive`, but what the answer raises is raised inside the flow, as the SDK does with a failed task."""
    task = flow.send(None)
    while True:
        try:
            if task.kind == "timer":
                context.current_utc_datetime = max(context.current_utc_datetime, task.payload)
                task = flow.send(None)
                continue
            try:
                result = answer(task)
            except RuntimeError as error:
                task = flow.throw(Exception(str(error)))
            else:
                task = flow.send(result)
        except StopIteration as end:
            return end.value
