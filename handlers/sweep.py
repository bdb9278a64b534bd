"""The sweep: a timer that looks for failed jobs of which no alert told, and for VMs without a good backup.

Registration only. One run at a time: an orchestration with one fixed instance id, which the next run replaces.
Microsoft Learn, "How to disable functions in Azure Functions", says how to switch a timer off: the app setting
``AzureWebJobs.sweep.Disabled``.
"""

import os
from collections.abc import Generator, Mapping
from typing import Any

import azure.functions as func

from handlers.durable import (
    Blueprint,
    DurableEntityContext,
    DurableOrchestrationClient,
    DurableOrchestrationContext,
)
from responder.settings import EVERY_QUARTER, SWEEP_SCHEDULE

sweeping = Blueprint()


def schedule(environ: Mapping[str, str]) -> str:
    """The schedule, by the name of its app setting if there is one: a %NAME% without a setting stops the function."""
    return f"%{SWEEP_SCHEDULE}%" if environ.get(SWEEP_SCHEDULE, "").strip() else EVERY_QUARTER


@sweeping.timer_trigger(arg_name="timer", schedule=schedule(os.environ), run_on_startup=False, use_monitor=True)
@sweeping.durable_client_input(client_name="client")
async def sweep(timer: func.TimerRequest, client: DurableOrchestrationClient) -> None:
    """Start a run, unless one is on its way."""
    from handlers import sweep_work as work

    await work.begin(client, past_due=timer.past_due)


@sweeping.orchestration_trigger(context_name="context")
def sweep_run(context: DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """One run of the sweep."""
    from handlers.sweep_flow import orchestrate

    return (yield from orchestrate(context))


@sweeping.activity_trigger(input_name="payload")
@sweeping.durable_client_input(client_name="client")
async def sweep_failed(payload: object, client: DurableOrchestrationClient) -> object:
    """A page of failed jobs, each of them an incident before the answer is given."""
    from handlers import sweep_work as work

    return await work.open_failed(payload, client)


@sweeping.activity_trigger(input_name="payload")
@sweeping.durable_client_input(client_name="client")
async def sweep_overdue(payload: object, client: DurableOrchestrationClient) -> object:
    """The VMs without a good backup, each of them an incident before the answer is given."""
    from handlers import sweep_work as work

    return await work.open_overdue(payload, client)


@sweeping.activity_trigger(input_name="payload")
@sweeping.durable_client_input(client_name="client")
async def sweep_broken(payload: object, client: DurableOrchestrationClient) -> object:
    """Incidents and signals that broke down, each sent on its way before the answer is given."""
    from handlers import sweep_work as work

    return await work.send_on_broken(payload, client)


@sweeping.entity_trigger(context_name="context")
def sweep_state(context: DurableEntityContext) -> None:
    """Up to when all failed jobs are known, and how the last run went."""
    from handlers import entities
    from handlers import sweep_state as state

    entities.operate(context, state.Sweep, state.OPERATIONS, state.Note)
