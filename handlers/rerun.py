"""POST /api/rerun: a person wants a failed backup looked at, or an ended incident taken up again."""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

reruns = Blueprint()


@reruns.route(route="rerun", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@reruns.durable_client_input(client_name="client")
async def rerun(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """202 with the new incident; 400 with every reason, 404 if nothing can be run, 409 with the running incident."""
    from handlers import rerun_answer

    return await rerun_answer.rerun(req, client)
