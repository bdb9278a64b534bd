"""History events as the Durable extension writes them: Pascal case, numbered types, UTC stamps.

Source: azure-functions-durable 1.7.0, ``models/history``; Durable Task Framework, ``DurableTask.Core.History``.
"""

from datetime import UTC, datetime
from enum import IntEnum
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec

Event = dict[str, Any]


class EventType(IntEnum):
    """Numbers of the kinds of history event."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_FAILED = 2
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_INSTANCE_CREATED = 7
    SUB_ORCHESTRATION_INSTANCE_COMPLETED = 8
    SUB_ORCHESTRATION_INSTANCE_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    CONTINUE_AS_NEW = 16
    GENERIC_EVENT = 17
    HISTORY_STATE = 18
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20

    @property
    def label(self) -> str:
        """The name as .NET spells it: ``TaskScheduled``."""
        return "".join(word.capitalize() for word in self.name.split("_"))


FAILED = frozenset({EventType.TASK_FAILED, EventType.SUB_ORCHESTRATION_INSTANCE_FAILED})


def event(kind: EventType, at: str, number: int = -1, /, **fields: object) -> Event:
    """One event; ``number`` is the sequence id of what it schedules."""
    return {"EventType": int(kind), "EventId": number, "IsPlayed": False, "Timestamp": at, **fields}


def stamp(seconds: float) -> str:
    """RFC 3339 UTC with six fraction digits, so that stamps compare as text; ``seconds`` since 1970-01-01 UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds(text: str) -> float:
    """Seconds since 1970-01-01 UTC of an RFC 3339 time; one without a zone is taken as UTC.

    Raises:
        ValueError: it is no such time.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def request_id(execution: str, number: int) -> str:
    """The id of an entity call, which its answer bears as event name; the same in every replay."""
    return str(uuid5(NAMESPACE_OID, f"{execution}:{number}"))


def dumps(value: object) -> str:
    """Compact JSON text."""
    return msgspec.json.encode(value).decode()


def loads(text: str) -> Any:
    """The value of JSON text.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(text)


def exception_details(message: str) -> str:
    """The ``Details`` of a failure event: a serialised .NET exception, of which only the message says anything."""
    return dumps(
        {"$type": "System.Exception, System.Private.CoreLib", "ClassName": "System.Exception", "Message": message}
    )
