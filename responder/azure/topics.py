"""Custom topics of Event Grid: publishes one CloudEvent, as the app's identity.

Source: azure-eventgrid 4.22.1, ``EventGridPublisherClient``; Microsoft Learn, "Publish events to Azure Event Grid
custom topics using Microsoft Entra ID" (the role *EventGrid Data Sender*); "Event Grid quotas" (1 MB an event).
"""

from datetime import datetime
from typing import Any, NamedTuple, cast

from responder.azure.clients import shared
from responder.azure.importing import ALONE
from responder.retry_after import retry_after_seconds
from responder.settings import Settings


class Event(NamedTuple):
    """What a CloudEvent says; ``id`` is the same at every attempt, so that a subscriber can tell a repetition."""

    type: str
    subject: str
    id: str
    time: datetime
    data: Any


class Answered(NamedTuple):
    """How a topic answered. ``status`` None: it gave no answer, or the identity no token, as ``error`` names it."""

    status: int | None
    retry_after_seconds: float | None = None
    error: str | None = None


def publish(app: Settings, url: str, event: Event, seconds: float) -> Answered:
    """Publish an event once; each wait for the network is limited to so many seconds."""
    with ALONE:
        from azure.core.exceptions import AzureError, HttpResponseError
        from azure.core.messaging import CloudEvent

    told, clients = CloudEvent(app.public_url, **event._asdict()), shared(app)
    try:
        clients.topic(url).send(told, **clients.request_options(seconds))
    except HttpResponseError as error:
        headers = cast("Any", error.response).headers if error.response is not None else {}
        return Answered(error.status_code, retry_after_seconds(headers), type(error).__name__)
    except AzureError as error:
        return Answered(None, error=type(error).__name__)
    return Answered(200)
