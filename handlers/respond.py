"""Durable functions: the incident orchestrator, its activities and its entities. Registration only.

What they run is imported when they run: an instance that only takes alerts in does not pay for it at its cold start.
"""

from collections.abc import Generator
from typing import Any

from handlers.durable import (
    Blueprint,
    DurableEntityContext,
    DurableOrchestrationClient,
    DurableOrchestrationContext,
)

durable = Blueprint()


@durable.orchestration_trigger(context_name="context")
def incident(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """One failed backup, from accepted to reported."""
    from handlers.incident_flow import orchestrate

    return (yield from orchestrate(context))


@durable.orchestration_trigger(context_name="context")
def locate(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """The failed job of a signal that names none."""
    from handlers.locating import orchestrate

    return (yield from orchestrate(context))


@durable.orchestration_trigger(context_name="context")
def breakdown(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """The end of an incident that broke down twice."""
    from handlers.breakdown_flow import orchestrate

    return (yield from orchestrate(context))


@durable.activity_trigger(input_name="payload")
@durable.durable_client_input(client_name="client")
async def find_jobs(payload: object, client: DurableOrchestrationClient) -> object:
    """A look for the failed jobs of a signal, each of them an incident before the answer is given."""
    from handlers import locating

    return await locating.find_jobs(payload, client)


@durable.orchestration_trigger(context_name="context")
def watch_vault(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """The reads of a vault's jobs, for all incidents that wait for them."""
    from handlers.watcher import watch

    return (yield from watch(context))


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
@durable.durable_client_input(client_name="client")
async def apply_change(payload: object, client: DurableOrchestrationClient) -> object:
    """One change, after looking again."""
    from handlers import starting

    return await starting.apply_change(payload, client)


@durable.activity_trigger(input_name="payload")
def follow_change(payload: object) -> object:
    """How a started change stands."""
    from handlers import activities

    return activities.follow_change(payload)


@durable.activity_trigger(input_name="payload")
@durable.durable_client_input(client_name="client")
async def start_backup(payload: object, client: DurableOrchestrationClient) -> object:
    """Ask for an ad hoc backup, once."""
    from handlers import starting

    return await starting.start_backup(payload, client)


@durable.activity_trigger(input_name="payload")
def follow_backup(payload: object) -> object:
    """How a backup stands."""
    from handlers import activities

    return activities.follow_backup(payload)


@durable.activity_trigger(input_name="payload")
@durable.durable_client_input(client_name="client")
async def call_watcher(payload: object, client: DurableOrchestrationClient) -> object:
    """Start the watcher of a vault."""
    from handlers import telling

    return await telling.call_watcher(payload, client)


@durable.activity_trigger(input_name="payload")
@durable.durable_client_input(client_name="client")
async def read_jobs(payload: object, client: DurableOrchestrationClient) -> object:
    """One read of a vault's jobs, told to all incidents that wait for it."""
    from handlers import telling

    return await telling.read_jobs(payload, client)


@durable.activity_trigger(input_name="payload")
def deliver(payload: object) -> object:
    """One attempt to post a message."""
    from handlers import delivering

    return delivering.deliver(payload)


@durable.activity_trigger(input_name="payload")
def address(payload: object) -> object:
    """Which targets want to be told."""
    from handlers import delivering

    return delivering.address(payload)


@durable.activity_trigger(input_name="payload")
@durable.durable_client_input(client_name="client")
async def call_digest(payload: object, client: DurableOrchestrationClient) -> object:
    """Start the run that posts a target's digests."""
    from handlers import digesting

    return await digesting.call_digest(payload, client)


@durable.orchestration_trigger(context_name="context")
def digest(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """The results that a target wants folded, posted as one message."""
    from handlers.digesting import fold

    return (yield from fold(context))


@durable.entity_trigger(context_name="context")
def item(context: DurableEntityContext) -> None:
    """One protected item."""
    from handlers import entities

    entities.operate(context, entities.Item, entities.ITEM, entities.Request)


@durable.entity_trigger(context_name="context")
def governor(context: DurableEntityContext) -> None:
    """The whole app."""
    from handlers import entities

    entities.operate(context, entities.Governor, entities.GOVERNOR, entities.Request)


@durable.entity_trigger(context_name="context")
def watch(context: DurableEntityContext) -> None:
    """Who reads a vault's jobs, and when."""
    from handlers import entities, watch_entity

    entities.operate(context, watch_entity.Watch, watch_entity.WATCH, watch_entity.WatchRequest)


@durable.orchestration_trigger(context_name="context")
def redelivery(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Results that did not arrive, posted again."""
    from handlers.redelivery import redeliver

    return (yield from redeliver(context))


@durable.entity_trigger(context_name="context")
def target(context: DurableEntityContext) -> None:
    """One receiver of results: whether it is gone, and what did not arrive."""
    from handlers import entities, targets

    entities.operate(context, targets.Target, targets.TARGET, targets.TargetRequest)


@durable.entity_trigger(context_name="context")
def ledger(context: DurableEntityContext) -> None:
    """How many incidents ended, day by day."""
    from handlers import entities
    from handlers import ledger as book

    entities.operate(context, book.Ledger, book.LEDGER, book.Told)


@durable.entity_trigger(context_name="context")
def folder(context: DurableEntityContext) -> None:
    """One target's results that wait for its next digest."""
    from handlers import entities, folders

    entities.operate(context, folders.Folder, folders.FOLDER, folders.FolderRequest)


@durable.entity_trigger(context_name="context")
def choice(context: DurableEntityContext) -> None:
    """What a person has decided about one plan."""
    from handlers import choices, entities

    entities.operate(context, choices.Choice, choices.CHOICE, choices.Choice)


@durable.entity_trigger(context_name="context")
def receipt(context: DurableEntityContext) -> None:
    """One incident's beginning and end."""
    from handlers import entities

    entities.operate(context, entities.Receipt, entities.RECEIPT, entities.Request)
