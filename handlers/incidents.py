"""GET /api/incidents: the list as JSON. GET /api/incidents/{id}: one, while it runs and after it has ended."""

import logging
from typing import Any

import azure.functions as func

from handlers.config import configured
from handlers.durable import Blueprint, DurableOrchestrationClient, EntityId, store_address
from handlers.listing_query import Query, parse, to_token
from handlers.refused import Refused
from handlers.replies import later, problem, reply
from handlers.start import is_broken

incidents = Blueprint()

_LOG = logging.getLogger("responder")
_RETRY_AFTER = 10  # seconds
_ORDER = "newest first"
_STOPPED = "The orchestration broke down; the app's log tells why. The next alert or sweep begins it anew."
_CUT = "There are too many incidents to look through at once: these may not be the newest. Narrow the list with since."


@incidents.route(route="incidents", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@incidents.durable_client_input(client_name="client")
async def list_incidents(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """A page of incidents, newest first; 400 names everything that is wrong with the query."""
    query, reasons = parse(req.params)
    if reasons:
        no = Refused(400, "BadQuery", " ".join(map(str, reasons)), reasons=reasons)
        return no.answer(configured().public_url)
    try:
        return reply(200, await _page(client, query))
    except Exception:  # noqa: BLE001  the trigger's boundary: whatever the store says, the list can be asked again
        _LOG.exception("incidents could not be listed")
        return later("NotListed", "The incidents could not be read. Ask again.", _RETRY_AFTER)


async def _page(client: DurableOrchestrationClient, query: Query) -> dict[str, Any]:
    from handlers import ledger
    from handlers.listing import newest, over_http, shown

    found = await newest(over_http(store_address(client)), query, await ledger.known(client))
    return {
        "incidents": [shown(row, configured().public_url) for row in found.rows],
        "continuation": to_token(found.following) if found.following else None,
        "order": _ORDER,
        "note": None if found.complete else _CUT,
    }


@incidents.route(route="incidents/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@incidents.durable_client_input(client_name="client")
async def show_incident(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The incident, or 404."""
    name = req.route_params.get("id", "")
    found = await read_incident(client, name)
    return reply(200, found) if found else problem(404, "IncidentNotFound", f"There is no incident {name}.")


async def read_incident(client: DurableOrchestrationClient, name: str) -> dict[str, Any] | None:
    """The newest that is known of an incident: its end, else its status, else its receipt.

    ``sig-`` is a signal that names no job; once its jobs are found, ``incidents`` names theirs.
    """
    if not name.startswith(("inc-", "sig-")):
        return None
    from responder.notify.redact import redact_json

    status = await client.get_status(name, show_input=False)
    for known in (status.output, status.custom_status) if status else ():
        if isinstance(known, dict) and known:
            return dict(redact_json(await _as_reported(client, name, known)))
    if status and is_broken(status):
        return {"id": name, "state": "stopped", "outcome": None, "summary": _STOPPED}
    if status:
        return {"id": name, "state": "accepted", "outcome": None}
    return await _from_receipt(client, name)


async def _as_reported(client: DurableOrchestrationClient, name: str, known: dict[str, Any]) -> dict[str, Any]:
    """A result that did not arrive may have been posted again after the incident's end: its receipt knows."""
    if (known.get("reported") or {}).get("state", "delivered") == "delivered":
        return known
    kept = await _from_receipt(client, name)
    return known | {"reported": (kept or {}).get("reported") or known["reported"]}


async def _from_receipt(client: DurableOrchestrationClient, name: str) -> dict[str, Any] | None:
    """History may have been purged; the receipt stays."""
    state = await client.read_entity_state(EntityId("receipt", name))
    ended = (state.entity_state or {}).get("ended") if state.entity_exists else None
    return dict(ended) if ended else None
