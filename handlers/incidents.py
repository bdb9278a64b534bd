"""GET /api/incidents: the list. GET /api/incidents/{id}: one, while it runs and after it has ended.

JSON for programs, and a page for a browser; the list is a table too (``format=csv``).
"""

import logging
from typing import Any

import azure.functions as func

from handlers.answering import looked
from handlers.config import configured
from handlers.durable import Blueprint, DurableOrchestrationClient, EntityId, store_address
from handlers.pages.accept import prefers_html
from handlers.refused import Refused
from handlers.replies import later, problem, reply
from handlers.start import is_broken
from responder.language import say

incidents = Blueprint()

_LOG = logging.getLogger("responder")
_RETRY_AFTER = 10  # seconds


@incidents.route(route="incidents", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@incidents.durable_client_input(client_name="client")
async def list_incidents(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """A page of incidents, newest first; 400 names everything that is wrong with the query."""
    if "format" not in req.params and prefers_html(req.headers.get("accept", "")):
        return await _list_page(req, client)
    from handlers.listing_query import parse
    from handlers.pages import exports

    fields, form, wrong = exports.wanted(req.params)
    query, reasons = parse(fields)
    if reasons or wrong:
        reasons = [*reasons, *wrong]
        no = Refused(400, "BadQuery", " ".join(map(str, reasons)), reasons=reasons)
        return no.answer(configured().public_url)
    address = store_address(client)
    try:
        return await exports.file(address, query, form) if form else reply(200, await exports.page(address, query))
    except Exception:  # noqa: BLE001  the trigger's boundary: whatever the store says, the list can be asked again
        _LOG.exception("incidents could not be listed")
        return later("NotListed", say("The incidents could not be read. Ask again."), _RETRY_AFTER)


async def _list_page(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    from handlers.pages import guarded, incident_list, session

    person, headers = session.keyed(req)
    fields = {name: value for name, value in req.params.items() if name.lower() != "code"}  # the key stays out of pages
    return await guarded.tried(person, lambda who: incident_list.answered(fields, store_address(client), who, headers))


@incidents.route(route="incidents/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@incidents.durable_client_input(client_name="client")
async def show_incident(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The incident, 404, or 503 if it could not be read."""
    name = req.route_params.get("id", "")
    if prefers_html(req.headers.get("accept", "")):
        return await _incident_page(req, client, name)
    return await looked(_incident(client, name))


async def _incident(client: DurableOrchestrationClient, name: str) -> func.HttpResponse:
    found = await read_incident(client, name)
    if found:
        return reply(200, found)
    return problem(404, "IncidentNotFound", say("There is no incident {incident}.", incident=name))


async def _incident_page(req: func.HttpRequest, client: DurableOrchestrationClient, name: str) -> func.HttpResponse:
    from handlers.pages import session
    from handlers.pages.incident_page import show

    person, headers = session.keyed(req)
    page = await show(client, name, person)
    page.headers.update(headers)
    return page


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
        told = say("The orchestration broke down; the app's log tells why. The next alert or sweep begins it anew.")
        return {"id": name, "state": "stopped", "outcome": None, "summary": told}
    if status:
        return {"id": name, "state": "accepted", "outcome": None}
    kept = await _from_receipt(client, name)
    return dict(redact_json(kept)) if kept else None


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
