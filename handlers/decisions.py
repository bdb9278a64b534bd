"""GET and POST /api/incidents/{id}/decision: a person approves or declines a plan. Only the POST decides, and once."""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

decisions = Blueprint()


@decisions.route(route="incidents/{id}/decision", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
@decisions.durable_client_input(client_name="client")
async def decide(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Show the plan on GET; on POST raise the decision that the incident waits for. The signed token is the key."""
    from handlers import deciding

    return await deciding.decide(req, client)
