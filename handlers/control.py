"""GET and POST /api/switch: stop all changes of the app at once, and let them go on. GET /api/health: is it up."""

from datetime import UTC, datetime
from typing import Any

import azure.functions as func

from handlers.config import configured
from handlers.durable import Blueprint, DurableOrchestrationClient, EntityId
from handlers.replies import problem, reply

control = Blueprint()


@control.route(route="switch", methods=["GET", "POST"], auth_level=func.AuthLevel.FUNCTION)
@control.durable_client_input(client_name="client")
async def switch(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Show the switch, or set it by ``{"paused": true|false}``; waiting incidents go on within 15 minutes."""
    if req.method == "GET":
        return reply(200, await _state(client))
    from handlers.entities import Request
    from responder.wire import record

    paused = _paused(req)
    if paused is None:
        return problem(400, "NoSwitch", 'Send {"paused": true} or {"paused": false}.')
    by = req.headers.get("x-ms-client-principal-name") or "a holder of the function key"
    request = Request(incident="", now=datetime.now(UTC), by=by)  # a record for people, no decision
    await client.signal_entity(EntityId("governor", "app"), "pause" if paused else "resume", record(request))
    return reply(202, {"paused": paused, "by": by})


@control.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  the trigger's binding
    """200 once the app has loaded, which it does only with valid settings; counts playbooks of one's own."""
    folder = configured().playbook_folder
    if folder is None:
        return reply(200, {"status": "ok"})
    from playbooks.loader import own

    found = own(folder)
    used = len({playbook.code for playbook in found.playbooks.values()})
    return reply(200, {"status": "ok", "ownPlaybooks": {"used": used, "leftOut": len(found.problems)}})


async def _state(client: DurableOrchestrationClient) -> dict[str, Any]:
    state = await client.read_entity_state(EntityId("governor", "app"))
    known: dict[str, Any] = (state.entity_state or {}) if state.entity_exists else {}
    return {"paused": bool(known.get("pausedAt")), "by": known.get("pausedBy"), "since": known.get("pausedAt")}


def _paused(req: func.HttpRequest) -> bool | None:
    try:
        value = req.get_json()
    except ValueError:
        return None
    wanted = value.get("paused") if isinstance(value, dict) else None
    return wanted if isinstance(wanted, bool) else None
