"""GET /api/health: is it up, for anybody and at once. GET /api/preflight: can it do its work, for holders of a key."""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

health_routes = Blueprint()


@health_routes.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  the trigger's binding
    """200 once the app has loaded, which it does only with valid settings; counts playbooks of one's own."""
    from handlers import condition

    return condition.health()


@health_routes.route(route="preflight", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@health_routes.durable_client_input(client_name="client")
async def preflight(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:  # noqa: ARG001
    """200 with what every probe has found, within some 20 seconds; what fails is told, it is no failure to tell."""
    from handlers import condition

    return await condition.preflight(client)
