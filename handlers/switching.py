"""The switch: all changes of the app stopped at once, and let go on; the caps and counts of the whole app."""

from datetime import UTC, datetime
from typing import Any

import azure.functions as func

from handlers.answering import looked
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.people import signed_in
from handlers.replies import problem, reply
from responder.language import say


async def switch(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Show the switch, or set it by ``{"paused": true|false}``; waiting incidents go on within 15 minutes."""
    if req.method == "GET":
        return await looked(_switch(client))
    paused = _paused(req)
    if paused is None:
        text = say("Send {one} or {other}.", one='{"paused": true}', other='{"paused": false}')
        return problem(400, "NoSwitch", text)
    by = signed_in(req) or say("a holder of the function key")
    await throw(client, paused=paused, by=by)
    return reply(202, {"paused": paused, "by": by})


async def _switch(client: DurableOrchestrationClient) -> func.HttpResponse:
    return reply(200, await state(client))


async def throw(client: DurableOrchestrationClient, *, paused: bool, by: str) -> None:
    """Stop all changes, or let them go on. ``by``: who wants it, for people to read."""
    from handlers.entities import Request
    from responder.wire import record

    request = Request(incident="", now=datetime.now(UTC), by=by)  # a record for people, no decision
    await client.signal_entity(EntityId("governor", "app"), "pause" if paused else "resume", record(request))


async def metrics(client: DurableOrchestrationClient) -> func.HttpResponse:
    """The same counts in the OpenMetrics text format."""
    return await looked(_metrics(client))


async def _metrics(client: DurableOrchestrationClient) -> func.HttpResponse:
    from handlers.metrics import CONTENT_TYPE, text

    return func.HttpResponse(text(await governor(client)), headers={"Content-Type": CONTENT_TYPE})


async def state(client: DurableOrchestrationClient) -> dict[str, Any]:
    """The switch, the app-wide caps and how far they are used, and what the entities have refused."""
    known, app = await governor(client), configured()
    return {
        "paused": bool(known.get("pausedAt")),
        "by": known.get("pausedBy"),
        "since": known.get("pausedAt"),
        "open": len(known.get("open", {})),
        "changes": known.get("changes", []),
        "limits": {
            "concurrentIncidents": app.concurrent_incidents,
            "destructivePerHour": app.destructive_per_hour,
            "startsPerHour": app.starts_per_hour,
            "jobReadsPerHour": app.job_reads_per_hour,
            "attemptsPerWindow": app.attempts_per_window,
            "attemptWindowHours": app.attempt_window_hours,
            "backoffMinutes": app.backoff_minutes,
            "remediationPauseHours": app.remediation_pause_hours,
        },
        "turnsUntil": known.get("turnsUntil", {}),
        "refusals": known.get("refusals", {}),
        "ended": known.get("ended", {}),
        "reasons": known.get("reasons", {}),
    }


async def governor(client: DurableOrchestrationClient) -> dict[str, Any]:
    """The state of the entity that knows the switch and the counts of the whole app, as it is stored."""
    found = await client.read_entity_state(EntityId("governor", "app"))
    return dict(found.entity_state or {}) if found.entity_exists else {}


def _paused(req: func.HttpRequest) -> bool | None:
    try:
        value = req.get_json()
    except (ValueError, RecursionError):  # no JSON, or nested too deep
        return None
    wanted = value.get("paused") if isinstance(value, dict) else None
    return wanted if isinstance(wanted, bool) else None
