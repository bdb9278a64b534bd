"""Durable functions: the incident orchestrator, its activities and its entities. Registration only.

What they run is imported when they run: an instance that only takes alerts in does not pay for it at its cold start.
"""

from collections.abc import Generator
from typing import Any

from handlers.durable import Blueprint, DurableEntityContext, DurableOrchestrationContext

durable = Blueprint()


@durable.orchestration_trigger(context_name="context")
def incident(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """One failed backup, from accepted to reported."""
    from handlers.incident_flow import orchestrate

    return (yield from orchestrate(context))


@durable.activity_trigger(input_name="payload")
def diagnose(payload: object) -> object:
    """What failed, which playbook, what its checks see."""
    from handlers import activities

    return activities.diagnose(payload)


@durable.activity_trigger(input_name="payload")
def examine(payload: object) -> object:
    """Fresh findings and plans."""
    from handlers import activities

    return activities.examine(payload)


@durable.activity_trigger(input_name="payload")
def apply_change(payload: object) -> object:
    """One change, after looking again."""
    from handlers import activities

    return activities.apply_change(payload)


@durable.activity_trigger(input_name="payload")
def follow_change(payload: object) -> object:
    """How a started change stands."""
    from handlers import activities

    return activities.follow_change(payload)


@durable.activity_trigger(input_name="payload")
def start_backup(payload: object) -> object:
    """Ask for an ad hoc backup, once."""
    from handlers import activities

    return activities.start_backup(payload)


@durable.activity_trigger(input_name="payload")
def follow_backup(payload: object) -> object:
    """How a backup stands."""
    from handlers import activities

    return activities.follow_backup(payload)


@durable.activity_trigger(input_name="payload")
def deliver(payload: object) -> object:
    """One attempt to post a message."""
    from handlers import activities

    return activities.deliver(payload)


@durable.entity_trigger(context_name="context")
def item(context: DurableEntityContext) -> None:
    """One protected item."""
    from handlers import entities

    entities.operate(context, entities.Item, entities.ITEM)


@durable.entity_trigger(context_name="context")
def governor(context: DurableEntityContext) -> None:
    """The whole app."""
    from handlers import entities

    entities.operate(context, entities.Governor, entities.GOVERNOR)


@durable.entity_trigger(context_name="context")
def receipt(context: DurableEntityContext) -> None:
    """One incident's beginning and end."""
    from handlers import entities

    entities.operate(context, entities.Receipt, entities.RECEIPT)
