"""GET /api/health: is it up, for anybody and at once. GET /api/preflight: can it do its work, for holders of a key."""

import azure.functions as func

from handlers.config import configured
from handlers.durable import Blueprint, DurableOrchestrationClient
from handlers.replies import reply
from responder.version import VERSION

health_routes = Blueprint()


@health_routes.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  the trigger's binding
    """200 once the app has loaded, which it does only with valid settings; counts playbooks of one's own."""
    up = {"status": "ok", "version": VERSION}
    folder = configured().playbook_folder
    if folder is None:
        return reply(200, up)
    from playbooks.loader import own

    found = own(folder)
    used = len({playbook.code for playbook in found.playbooks.values()})
    return reply(200, {**up, "ownPlaybooks": {"used": used, "leftOut": len(found.problems)}})


@health_routes.route(route="preflight", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@health_routes.durable_client_input(client_name="client")
async def preflight(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:  # noqa: ARG001
    """200 with what every probe has found, within some 20 seconds; what fails is told, it is no failure to tell."""
    from handlers.preflight import report
    from responder.wire import plain

    return reply(200, plain(await report(client)))
