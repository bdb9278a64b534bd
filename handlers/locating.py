"""A signal that names no job: looks for the failed job until Azure shows it, then opens that job's incident."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from handlers.boundary import answer
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient, DurableOrchestrationContext, EntityId
from handlers.entities import Grant, Request
from handlers.hops import Flow
from handlers.keys import RESOURCE_GRAPH
from handlers.messages import Answer
from handlers.start import open_incident
from playbooks.locating import locate
from responder.azure.gateway import Gateway
from responder.guards import in_scope
from responder.incident import FailedBackup
from responder.wire import Wire, record, typed

_LOOKS = [
    timedelta(minutes=minutes) for minutes in (0, 5, 10, 15, 30)
]  # the graph is minutes behind, an alert may not be

_QUESTIONS_PER_HOUR = 1800  # Resource Graph answers 15 in five seconds, to the whole app


class Opened(Wire):
    """Input of the orchestrator: what `handlers.start` opens an incident with."""

    failure: FailedBackup


class FindJobs(Wire):
    """Ask for one look. ``last``: a signal without a failed job becomes an incident too, which says so."""

    failure: FailedBackup
    last: bool = False


class Located(Wire):
    """The failures that a signal stands for."""

    failures: list[FailedBackup]


def orchestrate(context: DurableOrchestrationContext) -> Flow[dict[str, Any]]:
    """Look, wait, look again; answers with the incidents that the signal became."""
    failure = typed(context.get_input(), Opened).failure
    incidents: list[str] = []
    yield from _turn(context)
    for number, pause in enumerate(_LOOKS, 1):
        yield from _pause(context, pause)
        ask = FindJobs(failure=failure, last=number == len(_LOOKS))
        reply = typed((yield context.call_activity("find_jobs", record(ask))), Answer)
        incidents = list(reply.value or [])
        if incidents:
            break
        yield from _pause(context, timedelta(seconds=reply.again_after or 0))
    return {"id": context.instance_id, "state": "located", "incidents": incidents}


def _turn(context: DurableOrchestrationContext) -> Flow[None]:
    """Many signals at once ask Resource Graph one after the other, which counts the questions of the whole app."""
    now: datetime = context.current_utc_datetime
    ask = Request(incident=context.instance_id, now=now, subscription=RESOURCE_GRAPH, per_hour=_QUESTIONS_PER_HOUR)
    grant = typed((yield context.call_entity(EntityId("governor", "app"), "turn", record(ask))), Grant)
    if grant.start_at and grant.start_at > now:
        yield context.create_timer(grant.start_at)


def _pause(context: DurableOrchestrationContext, pause: timedelta) -> Flow[None]:
    now: datetime = context.current_utc_datetime
    if pause:
        yield context.create_timer(now + pause)


async def find_jobs(payload: object, client: DurableOrchestrationClient) -> object:
    """One look; the answer names the incidents. At the last look, what was not found is an incident of its own."""
    ask = typed(payload, FindJobs)
    reply = typed(await asyncio.to_thread(answer, payload, FindJobs, _look), Answer)
    found = typed(reply.value, Located).failures if reply.value else []
    if not found and ask.last:
        found = [replace(ask.failure, skip=_why(reply))]
    opened = [await open_incident(client, failure, configured()) for failure in found]
    return record(replace(reply, value=[entry.id for entry in opened], trouble=None))


def _why(reply: Answer) -> str:
    """Why no job is known: that Azure did not answer says nothing about backups."""
    if reply.trouble:
        return reply.trouble.kind
    return "NoFailedJob" if reply.again_after is None else "Unavailable"


def _look(ask: FindJobs) -> Located:
    if not in_scope(ask.failure.vault_id or "", configured().scope):
        return Located(failures=[replace(ask.failure, skip="OutOfScope")])
    return Located(failures=locate(Gateway(configured()), ask.failure))
