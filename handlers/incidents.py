"""GET /api/incidents: the list. GET /api/incidents/{id}: one, while it runs and after it has ended.

JSON for programs, and a page for a browser; the list is a table too (``format=csv``).
"""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

incidents = Blueprint()


@incidents.route(route="incidents", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@incidents.durable_client_input(client_name="client")
async def list_incidents(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """A page of incidents, newest first; 400 names everything that is wrong with the query."""
    from handlers import showing

    return await showing.list_incidents(req, client)


@incidents.route(route="incidents/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@incidents.durable_client_input(client_name="client")
async def show_incident(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The incident, 404, or 503 if it could not be read."""
    from handlers import showing

    return await showing.show_incident(req, client)
