"""GET and POST /api/deliveries: which results did not arrive and why; enable a target, and post results again."""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

deliveries = Blueprint()


@deliveries.route(route="deliveries", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@deliveries.durable_client_input(client_name="client")
async def show_deliveries(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:  # noqa: ARG001  the trigger's binding
    """The targets, and the results that did not arrive, the newest first."""
    from handlers import redelivering

    return await redelivering.show(client)


@deliveries.route(route="deliveries", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@deliveries.durable_client_input(client_name="client")
async def redeliver(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """202 with what will be done; 400 with every reason, 404 for what is not listed, 409 if it cannot be now."""
    from handlers import redelivering

    return await redelivering.redeliver(req, client)
