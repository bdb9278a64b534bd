"""Incidents shown: the list and one of them, as JSON for programs and as a page for a browser."""

import logging

import azure.functions as func

from handlers.answering import looked
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient, store_address
from handlers.pages.accept import prefers_html
from handlers.reading import read_incident
from handlers.refused import Refused
from handlers.replies import later, problem, reply
from responder.language import say

_LOG = logging.getLogger("responder")
_RETRY_AFTER = 10  # seconds


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
