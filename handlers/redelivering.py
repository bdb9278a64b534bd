"""Results that did not arrive: shown, and posted again when a person asks."""

import azure.functions as func

from handlers.accepting import body_of, refused
from handlers.answering import looked
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.refused import Refused
from handlers.replies import reply
from handlers.undelivered import act, shown, wish
from responder.errors import IntakeError


async def show(client: DurableOrchestrationClient) -> func.HttpResponse:
    """The targets, and the results that did not arrive, the newest first."""
    return await looked(_shown(client))


async def _shown(client: DurableOrchestrationClient) -> func.HttpResponse:
    return reply(200, {"targets": await shown(client, configured())})


async def redeliver(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """202 with what will be done; 400 with every reason, 404 for what is not listed, 409 if it cannot be now."""
    try:
        return reply(202, await act(client, wish(body_of(req)), configured()))
    except Refused as no:
        return no.answer(configured().public_url)
    except IntakeError as error:
        return refused(error)
