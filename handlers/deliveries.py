"""GET and POST /api/deliveries: which results did not arrive and why; enable a target, and post results again."""

import azure.functions as func

from handlers.accepting import body_of, refused
from handlers.answering import looked
from handlers.config import configured
from handlers.durable import Blueprint, DurableOrchestrationClient
from handlers.refused import Refused
from handlers.replies import reply
from responder.errors import IntakeError

deliveries = Blueprint()


@deliveries.route(route="deliveries", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@deliveries.durable_client_input(client_name="client")
async def show_deliveries(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:  # noqa: ARG001  the trigger's binding
    """The targets, and the results that did not arrive, the newest first."""
    return await looked(_shown(client))


async def _shown(client: DurableOrchestrationClient) -> func.HttpResponse:
    from handlers.undelivered import shown

    return reply(200, {"targets": await shown(client, configured())})


@deliveries.route(route="deliveries", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@deliveries.durable_client_input(client_name="client")
async def redeliver(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """202 with what will be done; 400 with every reason, 404 for what is not listed, 409 if it cannot be now."""
    from handlers.undelivered import act, wish

    try:
        return reply(202, await act(client, wish(body_of(req)), configured()))
    except Refused as no:
        return no.answer(configured().public_url)
    except IntakeError as error:
        return refused(error)
