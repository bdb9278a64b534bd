"""POST /api/alerts: Azure Monitor action groups, or anybody with a function key."""

import azure.functions as func

from handlers.accepting import accept, body_of, refused
from handlers.durable import Blueprint, DurableOrchestrationClient
from responder.errors import IntakeError

alerts = Blueprint()


@alerts.route(route="alerts", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@alerts.durable_client_input(client_name="client")
async def receive_alert(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Accept any JSON; every failed backup in it becomes an incident before the answer is given."""
    try:
        payload = body_of(req)
    except IntakeError as error:
        return refused(error)
    return await accept(client, payload)
