"""What clients see of an instance. Source: Durable Functions, "HTTP API reference", "Get instance status"."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sandbox.durable.history import Event, EventType, loads, stamp
from sandbox.durable.schema import ENDED, LIVE, Entity, Instance

PAGE_TOKEN_HEADER = "x-ms-continuation-token"

_HIDDEN = frozenset({EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED})
_SCHEDULED = frozenset({EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_INSTANCE_CREATED})
_RESULT_FIELDS = ("Result", "Input")
ENTITY_STATUS = "Running"
"""The extension runs an entity as an orchestration that never ends."""

_SHOWN_STATES = frozenset({*LIVE, "Suspended", *ENDED})


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which instances to list; times in seconds since 1970-01-01 UTC, no statuses = all."""

    created_from: float = float("-inf")
    created_to: float = float("inf")
    statuses: frozenset[str] = frozenset()
    prefix: str = ""


class Page(msgspec.Struct, frozen=True):
    """Status bodies, and the token of the next page if there is one."""

    rows: list[dict[str, Any]]
    token: str | None


def known_statuses(names: str) -> frozenset[str]:
    """The statuses of a comma-separated list.

    Raises:
        ValueError: one of them is no runtime status.
    """
    found = frozenset(name.strip() for name in names.split(",") if name.strip())
    if unknown := found - _SHOWN_STATES:
        raise ValueError(f"no runtime status: {', '.join(sorted(unknown))}")
    return found


def status_body(instance: Instance, *, show_input: bool = True) -> dict[str, Any]:
    """The status of an instance as JSON-ready value; ``diagnostic`` is there only if Azure would make it wait."""
    body: dict[str, Any] = {
        "name": instance.name,
        "instanceId": instance.id,
        "runtimeStatus": instance.shown_status,
        "input": _value(instance.input) if show_input else None,
        "customStatus": _value(instance.custom_status),
        "output": _value(instance.output),
        "createdTime": _whole(instance.created),
        "lastUpdatedTime": _whole(instance.updated),
    }
    if instance.diagnostic:
        body["diagnostic"] = {"text": instance.diagnostic, "forGood": bool(instance.hangs)}
    return body


def entity_body(entity: Entity) -> dict[str, Any]:
    """An entity as it appears among the instances."""
    return {
        "name": f"@{entity.id[1:].partition('@')[0]}",
        "instanceId": entity.id,
        "runtimeStatus": ENTITY_STATUS,
        "input": None,
        "customStatus": None,
        "output": None,
        "createdTime": _whole(entity.created),
        "lastUpdatedTime": _whole(entity.updated),
    }


def history_body(history: list[Event], *, show_output: bool) -> list[Event]:
    """The history for people: results joined with what scheduled them, kinds by name."""
    return list(_shown(history, show_output=show_output))


def _shown(history: list[Event], *, show_output: bool) -> Iterator[Event]:
    scheduled: dict[int, Event] = {}
    for item in history:
        kind = EventType(item["EventType"])
        if kind in _SCHEDULED:
            scheduled[item["EventId"]] = item
        elif kind not in _HIDDEN:
            yield _event(kind, item, scheduled, show_output=show_output)


def _event(kind: EventType, item: Event, scheduled: dict[int, Event], *, show_output: bool) -> Event:
    hidden = {"EventType", "EventId", "IsPlayed", "Details", *(() if show_output else _RESULT_FIELDS)}
    shown = {"EventType": kind.label, **{name: value for name, value in item.items() if name not in hidden}}
    cause = scheduled.get(item.get("TaskScheduledId", -1))
    if cause:
        shown |= {"FunctionName": cause["Name"], "ScheduledTime": cause["Timestamp"]}
    elif "Name" in shown and kind is EventType.EXECUTION_STARTED:
        shown["FunctionName"] = shown.pop("Name")
    if show_output and isinstance(shown.get("Result"), str):
        shown["Result"] = loads(shown["Result"])
    return shown


def _value(text: str | None) -> Any:
    return None if text is None else loads(text)


def _whole(seconds: float) -> str:
    return f"{stamp(seconds)[:19]}Z"
