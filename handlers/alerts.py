"""POST /api/alerts: Azure Monitor action groups, or anybody with a function key."""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

alerts = Blueprint()


@alerts.route(route="alerts", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@alerts.durable_client_input(client_name="client")
async def receive_alert(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Accept any JSON; every failed backup in it becomes an incident before the answer is given."""
    from handlers import accepting

    return await accepting.receive_alert(req, client)
