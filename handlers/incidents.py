"""GET /api/incidents/{id}: one incident as JSON, while it runs and after it has ended."""

from typing import Any

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient, EntityId
from handlers.replies import problem, reply

incidents = Blueprint()


@incidents.route(route="incidents/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@incidents.durable_client_input(client_name="client")
async def show_incident(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The incident, or 404."""
    name = req.route_params.get("id", "")
    found = await read_incident(client, name)
    return reply(200, found) if found else problem(404, "IncidentNotFound", f"There is no incident {name}.")


async def read_incident(client: DurableOrchestrationClient, name: str) -> dict[str, Any] | None:
    """The newest that is known of an incident: its end, else its status, else its receipt."""
    if not name.startswith("inc-"):
        return None
    from responder.notify.redact import redact_json

    status = await client.get_status(name, show_input=False)
    for known in (status.output, status.custom_status) if status else ():
        if isinstance(known, dict) and known:
            return dict(redact_json(known))
    if status:
        return {"id": name, "state": "accepted", "outcome": None}
    return await _from_receipt(client, name)


async def _from_receipt(client: DurableOrchestrationClient, name: str) -> dict[str, Any] | None:
    """History may have been purged; the receipt stays."""
    state = await client.read_entity_state(EntityId("receipt", name))
    ended = (state.entity_state or {}).get("ended") if state.entity_exists else None
    return dict(ended) if ended else None
