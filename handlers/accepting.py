"""What every door for failures does: read the body, open the incidents, answer when they are stored and not before."""

import asyncio
from collections.abc import Iterable
from typing import Any

import azure.functions as func

from handlers import start
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.replies import later, problem, reply
from handlers.start import Opened
from responder import intake, logs
from responder.errors import BodyTooLarge, IntakeError
from responder.incident import FailedBackup
from responder.language import say
from responder.settings import Settings

_TOGETHER = 16  # incidents of one body that are opened at the same time: a batch may hold thousands
_RETRY_AFTER = 30  # seconds


async def receive_alert(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Accept any JSON; every failed backup in it becomes an incident before the answer is given."""
    try:
        payload = body_of(req)
    except IntakeError as error:
        return refused(error)
    return await accept(client, payload)


def body_of(req: func.HttpRequest) -> Any:
    """The JSON value in a request.

    Raises:
        BodyTooLarge: it is larger than RESPONDER_MAX_BODY_KB.
        BodyNotJson: it is not JSON.
    """
    return intake.read(req.get_body(), configured().max_body_kb * 1024)


def refused(error: IntakeError) -> func.HttpResponse:
    """413 or 400 for a body that cannot be an alert."""
    return problem(413 if isinstance(error, BodyTooLarge) else 400, type(error).__name__, str(error))


async def accept(client: DurableOrchestrationClient, payload: object) -> func.HttpResponse:
    """202 with the incidents of a payload; 503 if one of them could not be stored.

    An action group sends again after 503, not after 500; what was stored before is then recognised. Source: Microsoft
    Learn, "Action groups", retry logic of webhooks: 408, 429, 503 and 504.
    """
    app, found = configured(), intake.failures(payload)
    try:
        opened = await open_all(client, found.accepted, app)
    except Exception:  # noqa: BLE001  the trigger's boundary: whatever the store says, the sender has to come again
        logs.LOG.exception("failures could not be stored")
        text = say("The failures could not be stored. Send the same body again.")
        return later("NotStored", text, _RETRY_AFTER)
    ignored = [{"reason": entry.reason} for entry in found.ignored]
    ignored += [{"reason": entry.ignored} for entry in opened if entry.ignored]
    incidents = [place(app, entry.id) for entry in opened if entry.ignored is None]
    logs.event("received", incidents=len(incidents), ignored=sorted({entry["reason"] for entry in ignored}))
    return reply(202, {"incidents": incidents, "ignored": ignored})


async def open_all(client: DurableOrchestrationClient, failures: Iterable[FailedBackup], app: Settings) -> list[Opened]:
    """Open the incidents of all failures, in their order. Whatever the store raises is raised."""
    gate = asyncio.Semaphore(_TOGETHER)

    async def one(failure: FailedBackup) -> Opened:
        async with gate:
            return await start.open_incident(client, failure, app)

    return list(await asyncio.gather(*(one(failure) for failure in failures)))


def place(app: Settings, name: str) -> dict[str, str]:
    """An incident and where it is shown."""
    return {"id": name, "statusUrl": f"{app.public_url}/api/incidents/{name}"}
