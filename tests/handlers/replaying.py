"""Whether an orchestrator, given any beginning of its history, decides again what it decided then."""

import json

import azure.functions as func

from handlers.durable import Blueprint, DFApp
from sandbox.durable.actions import parse_response
from sandbox.durable.history import EventType
from sandbox.durable.replay import Replay
from tests.sandbox.durable.harness import Lab

_SCHEDULING = {
    EventType.TASK_SCHEDULED,
    EventType.TIMER_CREATED,
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
    EventType.EVENT_SENT,
}


def functions_of(parts: Blueprint) -> list[func.Function]:
    """The functions of a part of an app, as the engine's harness takes them."""
    app = DFApp()
    app.register_functions(parts)
    found: list[func.Function] = app.get_functions()
    return found


async def replays_as_it_ran(lab: Lab, orchestrator: str, name: str) -> None:
    """Hand every beginning of the history of an ended instance, since it began anew, to the orchestrator once more."""
    history, instance = lab.history(name), lab.engine._store.instance(name)
    assert instance is not None
    ends = [place for place, item in enumerate(history) if item["EventType"] == EventType.ORCHESTRATOR_COMPLETED]
    requests = [text for text in lab.invoker.requests if json.loads(text)["instanceId"] == name][-len(ends) :]
    assert len(requests) == len(ends) > 1
    for request, end in zip(requests, ends, strict=True):
        seen = json.loads(request)["history"]
        recorded = [item for item in history[len(seen) : end] if item["EventType"] in _SCHEDULING]
        response = parse_response(await lab.invoker.orchestrator(orchestrator, request))
        again = Replay(response, instance.execution).run(seen).decisions
        assert [(item.number, item.kind) for item in again] == [
            (item["EventId"], item["EventType"]) for item in recorded
        ]
