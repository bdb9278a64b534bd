"""Rewind: a failed instance goes on as if its failures had not happened.

Source: Durable Functions, "Instance management", "Rewind instances (preview)".
"""

from sandbox.durable.history import FAILED, Event, EventType, event, stamp
from sandbox.durable.schema import Instance
from sandbox.durable.store import Store

_ENDS = frozenset({EventType.EXECUTION_COMPLETED, EventType.EXECUTION_FAILED})


def rewind_history(store: Store, instance: Instance, reason: str, now: float) -> None:
    """Take failures and end out of the history, let failed children go on first, and wake the instance."""
    history = store.history(instance.id)
    failed = {item["TaskScheduledId"] for item in history if item["EventType"] in FAILED}
    children = [child for child in _children(store, history, failed) if child.status == "Failed"]
    kept = [item for item in history if not _undone(item, failed, {child.id for child in children})]
    store.clear(instance.id)
    store.append(instance.id, 0, kept)
    store.put(instance._replace(status="Running", output=None, updated=now))
    store.send(instance.id, instance.execution, now, event(EventType.GENERIC_EVENT, stamp(now), Data=reason))
    for child in children:
        rewind_history(store, child, reason, now)


def _children(store: Store, history: list[Event], failed: set[int]) -> list[Instance]:
    created = [item for item in history if item["EventType"] == EventType.SUB_ORCHESTRATION_INSTANCE_CREATED]
    found = [store.instance(item["InstanceId"]) for item in created if item["EventId"] in failed]
    return [child for child in found if child is not None]


def _undone(item: Event, failed: set[int], rewound: set[str]) -> bool:
    kind = item["EventType"]
    if kind == EventType.SUB_ORCHESTRATION_INSTANCE_CREATED:
        return item["EventId"] in failed and item["InstanceId"] not in rewound
    if kind == EventType.TASK_SCHEDULED:
        return item["EventId"] in failed
    return kind in FAILED or kind in _ENDS
