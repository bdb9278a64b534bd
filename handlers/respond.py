"""Durable functions: the incident orchestrator, its activities and its entities. Registration only."""

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from handlers import activities, entities
from handlers.boundary import answer
from handlers.durable import Blueprint, DurableEntityContext, DurableOrchestrationContext
from handlers.hops import Hops
from handlers.incident_flow import fail, live
from handlers.messages import (
    ApplyChange,
    Deliver,
    Diagnose,
    Examine,
    FollowBackup,
    FollowChange,
    StartBackup,
)
from handlers.story import Story
from responder.incident import FailedBackup
from responder.wire import Wire, record, typed

durable = Blueprint()

S = TypeVar("S", bound=Wire)
Operation = Callable[[S, entities.Request], tuple[S, Wire]]


class Opened(Wire):
    """Input of the incident orchestrator."""

    failure: FailedBackup
    concurrent: int


@durable.orchestration_trigger(context_name="context")
def incident(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """One failed backup, from accepted to reported."""
    opened = typed(context.get_input(), Opened)
    now: datetime = context.current_utc_datetime
    hops = Hops(context, Story(context.instance_id, opened.failure, now))
    try:
        return (yield from live(hops, opened.failure, opened.concurrent))
    except Exception as error:  # noqa: BLE001  the trigger's boundary: a bug must end as a reported failure
        return (yield from fail(hops, error))


@durable.activity_trigger(input_name="payload")
def diagnose(payload: object) -> object:
    """What failed, which playbook, what its checks see."""
    return answer(payload, Diagnose, activities.diagnose)


@durable.activity_trigger(input_name="payload")
def examine(payload: object) -> object:
    """Fresh findings and plans."""
    return answer(payload, Examine, activities.examine)


@durable.activity_trigger(input_name="payload")
def apply_change(payload: object) -> object:
    """One change, after looking again."""
    return answer(payload, ApplyChange, activities.apply_change)


@durable.activity_trigger(input_name="payload")
def follow_change(payload: object) -> object:
    """How a started change stands."""
    return answer(payload, FollowChange, activities.follow_change)


@durable.activity_trigger(input_name="payload")
def start_backup(payload: object) -> object:
    """Ask for an ad hoc backup, once."""
    return answer(payload, StartBackup, activities.start_backup)


@durable.activity_trigger(input_name="payload")
def follow_backup(payload: object) -> object:
    """How a backup stands."""
    return answer(payload, FollowBackup, activities.follow_backup)


@durable.activity_trigger(input_name="payload")
def deliver(payload: object) -> object:
    """One attempt to post a message."""
    return answer(payload, Deliver, activities.deliver)


@durable.entity_trigger(context_name="context")
def item(context: DurableEntityContext) -> None:
    """One protected item."""
    _operate(context, entities.Item, entities.ITEM)


@durable.entity_trigger(context_name="context")
def governor(context: DurableEntityContext) -> None:
    """The whole app."""
    _operate(context, entities.Governor, entities.GOVERNOR)


@durable.entity_trigger(context_name="context")
def receipt(context: DurableEntityContext) -> None:
    """One incident's beginning and end."""
    _operate(context, entities.Receipt, entities.RECEIPT)


def _operate(context: DurableEntityContext, kind: type[S], operations: Mapping[str, Operation[S]]) -> None:
    """Run one operation: a request is validated before the state changes, which is set last."""
    before = typed(context.get_state(dict), kind)
    request = typed(context.get_input(), entities.Request)
    after, result = operations[str(context.operation_name)](before, request)
    context.set_result(record(result))
    context.set_state(record(after))
