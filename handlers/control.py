"""GET and POST /api/switch: stop all changes of the app at once, and let them go on; caps and counts of the whole app.

GET /api/metrics: the same for a program that collects them.
"""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

control = Blueprint()


@control.route(route="switch", methods=["GET", "POST"], auth_level=func.AuthLevel.FUNCTION)
@control.durable_client_input(client_name="client")
async def switch(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Show the switch, or set it by ``{"paused": true|false}``; waiting incidents go on within 15 minutes."""
    from handlers import switching

    return await switching.switch(req, client)


@control.route(route="metrics", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@control.durable_client_input(client_name="client")
async def show_metrics(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:  # noqa: ARG001
    """The same counts as GET /api/switch, in the OpenMetrics text format."""
    from handlers import switching

    return await switching.metrics(client)
