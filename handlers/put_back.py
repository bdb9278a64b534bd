"""POST /api/incidents/{id}/restore-locks: put the locks back that an incident has removed, when a person asks."""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

restoring = Blueprint()


@restoring.route(route="incidents/{id}/restore-locks", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@restoring.durable_client_input(client_name="client")
async def restore_locks(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """200 with what became of each lock, or the reason why none was touched."""
    from handlers import putting_back

    return await putting_back.restore_locks(req, client)
