"""What an episode sets in motion: new instances, results for parents, the work behind each decision."""

import logging
from collections.abc import Mapping
from uuid import uuid4

from sandbox.durable.actions import ActionType
from sandbox.durable.contract import FunctionKind, Invoker
from sandbox.durable.history import Event, EventType, dumps, event, exception_details, loads, request_id, seconds, stamp
from sandbox.durable.replay import Decision, EpisodeFailed
from sandbox.durable.schema import Instance
from sandbox.durable.store import Store

LOG = logging.getLogger("sandbox.durable")

_FUNCTION_OF: dict[EventType, FunctionKind] = {
    EventType.TASK_SCHEDULED: "activity",
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED: "orchestrator",
    EventType.EVENT_SENT: "entity",
}


def missing_function(kind: FunctionKind, name: str) -> str:
    """The extension's words for a function that the app does not have."""
    return f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function."


def check_functions(invoker: Invoker, decisions: list[Decision]) -> None:
    """Every decision must name a function that exists.

    Raises:
        EpisodeFailed: one does not.
    """
    for decision in decisions:
        kind = _FUNCTION_OF.get(decision.kind)
        action = decision.action
        name = entity_name(action.instance_id or "") if kind == "entity" else action.function_name
        if kind and not invoker.knows(kind, name):
            LOG.error("%s", missing_function(kind, name))
            raise EpisodeFailed(missing_function(kind, name))


def entity_name(entity_id: str) -> str:
    """``item`` of ``@item@key``."""
    return entity_id[1:].partition("@")[0]


def create(store: Store, instance: Instance) -> None:
    """Write a fresh instance, in place of an ended one of that id, and wake it."""
    store.forget(instance.id)
    store.put(instance)
    store.send(instance.id, instance.execution, instance.created, started(instance))


def fresh(instance_id: str, name: str, input_text: str | None, now: float, version: str | None = None) -> Instance:
    """A new instance that no other one waits for; ``input_text``: JSON text."""
    return Instance(
        instance_id,
        uuid4().hex,
        name,
        version,
        input_text,
        "Pending",
        0,
        None,
        None,
        now,
        now,
        None,
        None,
        None,
        None,
        0,
    )


def started(instance: Instance) -> Event:
    """The first event of an execution."""
    return event(
        EventType.EXECUTION_STARTED,
        stamp(instance.created),
        Name=instance.name,
        Version=instance.version or "",
        Input=instance.input,
        OrchestrationInstance={"InstanceId": instance.id, "ExecutionId": instance.execution},
    )


def end(store: Store, instance: Instance, status: str, output: str | None, now: float) -> None:
    """Write the end of an instance, drop what is on its way to it and tell its parent; ``output``: JSON text."""
    ended = instance._replace(status=status, output=output, updated=now, diagnostic=None, hangs=0)
    store.put(ended)
    store.drop_inbox(instance.id)
    _tell_parent(store, ended, now)


def _tell_parent(store: Store, child: Instance, now: float) -> None:
    if child.parent is None or child.parent_task is None or not store.is_live(child.parent, child.parent_execution):
        return
    fields: Mapping[str, str | None]
    if child.status == "Completed":
        kind, fields = EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED, {"Result": child.output}
    else:
        reason = str(loads(child.output)) if child.output else child.status
        kind, fields = EventType.SUB_ORCHESTRATION_INSTANCE_FAILED, _failure(reason)
    answer = event(kind, stamp(now), TaskScheduledId=child.parent_task, **fields)
    store.send(child.parent, child.parent_execution, now, answer)


def carry_out(store: Store, instance: Instance, decision: Decision, at: str, now: float) -> Event:
    """Set a decision in motion; its event for the history."""
    match decision.kind:
        case EventType.TASK_SCHEDULED:
            return _activity(store, instance, decision, at)
        case EventType.TIMER_CREATED:
            return _timer(store, instance, decision, at, now)
        case EventType.EVENT_SENT:
            return _operation(store, instance, decision, at)
        case _:
            return _child(store, instance, decision, at, now)


def _activity(store: Store, instance: Instance, decision: Decision, at: str) -> Event:
    name = decision.action.function_name
    store.schedule(instance, decision.number, name, decision.action.input or "null")
    return event(decision.kind, at, decision.number, Name=name, Version="")


def _timer(store: Store, instance: Instance, decision: Decision, at: str, now: float) -> Event:
    fired = event(EventType.TIMER_FIRED, decision.fire_at, TimerId=decision.number, FireAt=decision.fire_at)
    store.send(instance.id, instance.execution, max(now, seconds(decision.fire_at)), fired)
    return event(decision.kind, at, decision.number, FireAt=decision.fire_at)


def _operation(store: Store, instance: Instance, decision: Decision, at: str) -> Event:
    action = decision.action
    request = request_id(instance.execution, decision.number)
    signal = action.action_type == ActionType.SIGNAL_ENTITY
    input_text = dumps(action.input)
    caller = None if signal else (instance.id, instance.execution, request)
    store.operate(action.instance_id or "", action.operation, input_text, caller)
    sent = {"id": request, "op": action.operation, "signal": signal, "input": action.input, "parent": instance.id}
    return event(decision.kind, at, decision.number, Name="op", InstanceId=action.instance_id, Input=dumps(sent))


def _child(store: Store, instance: Instance, decision: Decision, at: str, now: float) -> Event:
    action = decision.action
    child_id = action.instance_id or f"{instance.execution}:{decision.number}"
    other = store.instance(child_id)
    if other is not None and other.live:
        reason = f"An Orchestration instance with the status {other.shown_status} already exists."
        refused = event(
            EventType.SUB_ORCHESTRATION_INSTANCE_FAILED, at, TaskScheduledId=decision.number, **_failure(reason)
        )
        store.send(instance.id, instance.execution, now, refused)
    else:
        child = fresh(child_id, action.function_name, dumps(action.input), now, action.version)
        create(
            store,
            child._replace(parent=instance.id, parent_execution=instance.execution, parent_task=decision.number),
        )
    return event(decision.kind, at, decision.number, Name=action.function_name, InstanceId=child_id)


def _failure(reason: str) -> dict[str, str]:
    return {"Reason": reason, "Details": exception_details(reason)}
