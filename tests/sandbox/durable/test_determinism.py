"""Every prefix of a recorded history makes the orchestrator decide again what it decided then."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.durable.actions import Action, ActionType, Response, parse_response
from sandbox.durable.episodes import episode_stamp
from sandbox.durable.history import EventType, event, seconds
from sandbox.durable.replay import EpisodeFailed, Replay
from tests.sandbox.durable import functions
from tests.sandbox.durable.harness import Lab, LocalInvoker

AT = "2026-11-22T10:00:00.000000Z"
SCHEDULING = {4, 7, 10, 14}


def decided(response: Response, execution: str, history: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(item.number, int(item.kind)) for item in Replay(response, execution).run(history).decisions]


@pytest.mark.parametrize("name, value", [("everything", None), ("asks_entity", None), ("retrying", 1)])
async def test_every_prefix_reproduces_its_decisions(tmp_path: Path, name: str, value: object) -> None:
    invoker = LocalInvoker(functions.functions())
    async with Lab(tmp_path, invoker=invoker) as lab:
        await lab.run(name, value, "i")
        history = lab.history("i")
        instance = lab.engine._store.instance("i")
        requests = [text for text in invoker.requests if json.loads(text)["instanceId"] == "i"]
    assert instance
    ends = [place for place, item in enumerate(history) if item["EventType"] == EventType.ORCHESTRATOR_COMPLETED]
    assert len(requests) == len(ends) > 3
    for request, end in zip(requests, ends, strict=True):
        seen = json.loads(request)["history"]
        recorded = [item for item in history[len(seen) : end] if item["EventType"] in SCHEDULING]
        response = parse_response(await invoker.orchestrator(name, request))
        assert decided(response, instance.execution, seen) == [
            (item["EventId"], item["EventType"]) for item in recorded
        ]


def replay(*actions: Action, done: bool = False) -> Replay:
    return Replay(Response(actions=[list(actions)], is_done=done), "e")


def begun(*events: dict[str, Any]) -> list[dict[str, Any]]:
    return [event(EventType.ORCHESTRATOR_STARTED, AT), event(EventType.EXECUTION_STARTED, AT), *events]


ACTIVITY = Action(action_type=ActionType.CALL_ACTIVITY, function_name="echo", input="1")
TIMER = Action(action_type=ActionType.CREATE_TIMER, fire_at=AT)
WAIT = Action(action_type=ActionType.WAIT_FOR_EXTERNAL_EVENT, external_event_name="X")


def test_the_list_is_walked_in_order() -> None:
    assert [item.number for item in replay(ACTIVITY, ACTIVITY).run(begun()).decisions] == [0]


def test_a_history_that_the_list_does_not_explain_is_non_deterministic() -> None:
    scheduled = event(EventType.TASK_SCHEDULED, AT, 0, Name="echo")
    for actions in ([], [TIMER], [Action(action_type=ActionType.CALL_ACTIVITY, function_name="other")]):
        with pytest.raises(EpisodeFailed, match="Non-Deterministic"):
            replay(*actions).run(begun(scheduled))


def test_names_of_functions_and_events_have_no_case() -> None:
    scheduled = event(EventType.TASK_SCHEDULED, AT, 0, Name="ECHO")
    result = event(EventType.TASK_COMPLETED, AT, TaskScheduledId=0, Result="1")
    raised = event(EventType.EVENT_RAISED, AT, Name="x", Input="1")
    outcome = replay(ACTIVITY, WAIT, done=True).run(begun(scheduled, result, raised))
    assert outcome.complete
    assert not outcome.decisions


def test_a_duplicate_result_does_no_harm() -> None:
    scheduled = event(EventType.TASK_SCHEDULED, AT, 0, Name="echo")
    result = event(EventType.TASK_COMPLETED, AT, TaskScheduledId=0, Result="1")
    assert replay(ACTIVITY, done=True).run(begun(scheduled, result, result)).complete


def test_early_events_are_taken_once_in_order() -> None:
    raised = event(EventType.EVENT_RAISED, AT, Name="x", Input="1")
    early = [event(EventType.TASK_SCHEDULED, AT, 0, Name="echo"), raised]
    result = event(EventType.TASK_COMPLETED, AT, TaskScheduledId=0, Result="1")
    assert replay(ACTIVITY, WAIT, done=True).run(begun(*early, result)).complete
    stalled = replay(ACTIVITY, WAIT, WAIT, done=True).run(begun(*early, result))
    assert stalled.stall
    assert stalled.stall.for_good


def test_a_cancelled_timer_is_finished_but_takes_an_id() -> None:
    cancelled = Action(action_type=ActionType.CREATE_TIMER, fire_at=AT, is_canceled=True)
    outcome = replay(cancelled, ACTIVITY).run(begun())
    assert [(item.number, item.kind) for item in outcome.decisions] == [
        (0, EventType.TIMER_CREATED),
        (1, EventType.TASK_SCHEDULED),
    ]


def test_any_of_nothing_fails_as_in_dotnet() -> None:
    with pytest.raises(EpisodeFailed, match="contains no tasks"):
        replay(Action(action_type=ActionType.WHEN_ANY)).run(begun())


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(EpisodeFailed, match="99"):
        replay(Action(action_type=99)).run(begun())


@pytest.mark.parametrize("members, for_good", [([WAIT], True), ([WAIT, TIMER], False)])
def test_a_stall_is_for_good_if_only_an_event_can_end_it(members: list[Action], for_good: bool) -> None:
    node = Action(action_type=ActionType.WHEN_ANY, compound_actions=members)
    stall = replay(node, ACTIVITY).run(begun()).stall
    assert stall
    assert stall.for_good is for_good


def test_the_newest_wait_of_a_name_takes_the_event() -> None:
    cancelled = Action(action_type=ActionType.CREATE_TIMER, fire_at=AT, is_canceled=True)
    older = Action(action_type=ActionType.WHEN_ANY, compound_actions=[WAIT, cancelled])
    scheduled = event(EventType.TIMER_CREATED, AT, 0, FireAt=AT)
    raised = event(EventType.EVENT_RAISED, AT, Name="x", Input="1")
    assert replay(older, WAIT, done=True).run(begun(scheduled, raised)).complete


def test_an_episode_is_not_stamped_before_its_past_nor_before_its_timers() -> None:
    now, later, latest = seconds(AT), "2026-11-22T10:00:01.000000Z", "2026-11-22T10:00:02.000000Z"
    past = [event(EventType.ORCHESTRATOR_COMPLETED, later)]
    fired = [event(EventType.TIMER_FIRED, AT, TimerId=0, FireAt=latest)]
    assert episode_stamp(now, [], []) == AT
    assert episode_stamp(now, past, []) == later
    assert episode_stamp(now, past, fired) == latest
