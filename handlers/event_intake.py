"""Events taken in: those of the Event Grid trigger, and CloudEvents and Event Grid's own schema over plain HTTP.

Both hand the event to the same intake as alerts. Delivery is at least once: an event that comes again finds its
incident and is a success.
"""

import logging

import azure.functions as func

from handlers import event_forms as forms
from handlers.accepting import accept, body_of, open_all, refused
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.replies import problem, reply
from responder import intake
from responder.errors import IntakeError
from responder.incident import FailedBackup
from responder.language import say

_LOG = logging.getLogger("responder")


async def backup_event(event: func.EventGridEvent, client: DurableOrchestrationClient) -> None:
    """Open the incidents of one event, of either schema.

    Only a store that does not answer raises, so that Event Grid delivers again; an event that nobody understands
    becomes an unrecognised incident, because it would come again for a day.
    """
    await open_all(client, _failures(event), configured())


async def receive_events(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """CloudEvents (one, a batch, or binary mode) and Event Grid events; answers like POST /api/alerts.

    ``OPTIONS`` and SubscriptionValidation are the handshakes of the two schemas.
    """
    if req.method == "OPTIONS":
        return _leave(req)
    try:
        payload = body_of(req)
    except IntakeError as error:
        return refused(error)
    if (code := forms.validation_code(req.headers, payload)) is not None:
        return reply(200, {"validationResponse": code})
    if payload == [] and req.headers.get("content-type", "").startswith(forms.BATCH):
        return reply(202, {"incidents": [], "ignored": [{"reason": "EmptyBatch"}]})
    binary = forms.is_binary(req.headers)
    return await accept(client, forms.from_binary(req.headers, payload) if binary else payload)


def _leave(req: func.HttpRequest) -> func.HttpResponse:
    allowed = forms.handshake(req.headers)
    if allowed is None:
        return problem(400, "NoOrigin", say("Ask with the header {header}.", header="WebHook-Request-Origin"))
    return func.HttpResponse(status_code=200, headers=allowed)


def _failures(event: func.EventGridEvent) -> list[FailedBackup]:
    """Every failure in an event; what cannot be read at all is kept by its id, which is the same at each delivery."""
    try:
        return list(intake.failures(forms.body_of_trigger(event)).accepted)
    except Exception as error:  # noqa: BLE001  the trigger's boundary: a bug in the reading must not make the event come for ever
        _LOG.exception("an event could not be read")
        kept = {"eventId": str(getattr(event, "id", None))[:200], "error": type(error).__name__}
        return [FailedBackup(source="unknown", payload=kept)]
