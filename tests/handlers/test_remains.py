"""What a broken orchestration leaves behind: what it did, whom it told, one line of why."""

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from handlers.breakdown import Breakdown
from handlers.remains import remains
from responder.incident import Action, ActionState, FailedJob, Retry, Risk
from responder.wire import plain, record
from tests.handlers.flows import START

LOCK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Authorization/locks/l"
ENDED = START + timedelta(hours=1)
ACTION = Action(
    fix="remove-restore-point-locks",
    target=LOCK,
    risk=Risk.SAFE,
    state=ActionState.DONE,
    summary="away",
    started_at=START,
)


def step(activity: str, value: object, at: datetime = ENDED, **more: object) -> dict[str, Any]:
    result = {"value": plain(value), **more}
    return {
        "EventType": "TaskCompleted",
        "FunctionName": activity,
        "ScheduledTime": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "Result": result,
    }


def left(*history: dict[str, Any], output: str = "It broke.", known: Breakdown | None = None, **shown: object) -> Any:
    status = SimpleNamespace(
        name="incident",
        input_={"breakdowns": [record(known)]} if known else {},
        output=output,
        custom_status=plain(shown),
        created_time=START,
        last_updated_time=ENDED,
        historyEvents=list(history),
    )
    return remains(status).last


PLAN = {"plans": [{"fix": ACTION.fix, "changes": [{"target": LOCK, "before": {"level": "ReadOnly"}, "undo": "put"}]}]}


@pytest.mark.parametrize("as_text", [False, True])
def test_what_a_status_had_no_room_for_is_in_the_history(as_text: bool) -> None:
    planned = step("diagnose", PLAN)
    if as_text:
        planned["Result"] = json.dumps(planned["Result"])
    (action,) = left(planned, actions=[ACTION]).actions
    assert (action.before, action.undo, action.state) == ({"level": "ReadOnly"}, "put", "done")


def test_the_plan_of_another_fix_or_target_is_not_taken() -> None:
    other = {"plans": [{"fix": "other", "changes": [{"target": LOCK, "before": 1}]}]}
    elsewhere = {"plans": [{"fix": ACTION.fix, "changes": [{"target": "/other", "before": 1}]}]}
    (action,) = left(step("diagnose", other), step("examine", elsewhere), actions=[ACTION]).actions
    assert action == ACTION


def test_what_was_known_from_before_is_kept_whole_and_once() -> None:
    whole = replace(ACTION, before={"level": "ReadOnly"}, undo="put")
    backup = Retry(purpose="p", state="unclear", message="so", started_at=START)
    known = Breakdown(
        at=START,
        began=START,
        why="first",
        actions=[whole],
        retries=[backup],
        vault="/v",
        vm="/m",
        job=FailedJob(id="j"),
    )
    nothing = left(known=known)
    assert (nothing.actions, nothing.retries, nothing.vault, nothing.vm) == ([whole], [backup], "/v", "/m")
    assert nothing.job == known.job
    later = replace(ACTION, started_at=ENDED)
    again = left(known=known, actions=[ACTION, later], retries=[backup, replace(backup, started_at=ENDED)])
    assert again.actions == [whole, later]
    assert [retry.started_at for retry in again.retries] == [START, ENDED]


def test_whom_an_earlier_life_had_told_is_kept() -> None:
    known = Breakdown(at=START, began=START, why="first", taken=["one"])
    assert (left(known=known).taken, left(known=known).posted) == (["one"], False)
    found = left(step("address", TWO), step("deliver", NO), known=known, state="ended", endedAt=ENDED)
    assert (found.taken, found.posted) == (["one"], False)
    found = left(step("address", TWO), step("deliver", YES), known=known, state="ended", endedAt=ENDED)
    assert (found.taken, found.posted) == (["one", "two"], True)


def test_a_backup_that_nobody_followed_to_its_end_says_so() -> None:
    open_one, ended = (Retry(purpose="p", state="InProgress", started_at=START, ended_at=at) for at in (None, ENDED))
    first, second = left(retries=[open_one, ended]).retries
    assert (first.state, bool(first.message)) == ("unclear", True)
    assert second == ended


def test_why_is_one_line_without_a_secret_and_not_long() -> None:
    told = left(output=f"code=abcdefghijklmnopqrstuvwxyz0123456789abcdefghij== {'x' * 500}\n  at Some.Trace()").why
    assert "Some.Trace" not in told
    assert "abcdefghijklmnopqrstuvwxyz" not in told
    assert len(told) <= 300


TWO = {"all": [{"target": "one"}, {"target": "two"}]}
FOLDED = {"all": [{"target": "one", "after": 2, "minutes": 30}, {"target": "two"}]}
YES, NO = {"state": "delivered"}, {"state": "retry"}


@pytest.mark.parametrize(
    "history, done, taken",
    [
        ([], False, []),
        ([("address", TWO)], False, []),
        ([("address", {"all": []})], True, []),
        ([("address", TWO), ("deliver", YES)], False, ["one"]),
        ([("address", TWO), ("deliver", NO), ("deliver", YES)], False, ["two"]),
        ([("address", TWO), ("deliver", YES), ("deliver", YES)], True, ["one", "two"]),
        ([("address", TWO), ("deliver", NO), ("deliver", YES), ("deliver", NO), ("deliver", YES)], True, ["two"]),
        ([("address", FOLDED)], False, []),
        ([("address", FOLDED), ("deliver", NO)], False, ["one"]),
        ([("address", FOLDED), ("deliver", YES)], True, ["one", "two"]),
    ],
)
def test_who_had_been_told_is_known(history: list[tuple[str, object]], done: bool, taken: list[str]) -> None:
    found = left(*(step(name, value) for name, value in history), state="ended", endedAt=ENDED)
    assert (found.posted, found.taken) == (done, taken)


def test_a_request_for_a_decision_is_no_report_of_the_end() -> None:
    before = ENDED - timedelta(minutes=1)
    asked = [step("address", TWO, before), step("deliver", YES, before), step("deliver", YES, before)]
    assert left(*asked, state="ended", endedAt=ENDED).posted is False
    assert left(*asked, state="diagnosing").posted is False


def test_an_answer_that_wanted_to_be_asked_again_is_none() -> None:
    again = step("deliver", None, againAfter=30)
    found = left(step("address", TWO), again, step("deliver", YES), state="ended", endedAt=ENDED)
    assert found.taken == ["one"]


def test_a_status_of_another_version_hides_nothing_that_is_understood() -> None:
    found = left(actions=[record(ACTION) | {"state": "dreaming"}, ACTION, 7], retries="none", vault="/v", job=3)
    assert (found.actions, found.retries, found.vault, found.job) == ([ACTION], [], "/v", None)
