"""One attempt to publish one CloudEvent to a custom topic of Event Grid, as the app's identity.

Source: azure-eventgrid 4.22.1, ``EventGridPublisherClient``; Microsoft Learn, "Publish events to Azure Event Grid
custom topics using Microsoft Entra ID": the role *EventGrid Data Sender* on the topic; "Event Grid quotas": 1 MB an event.
"""

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from responder.incident import Outcome
from responder.notify.webhook import Delivery, DeliveryState, of_status
from responder.retry_after import retry_after_seconds
from responder.settings import Settings

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

RESULT = "BackupResponder.Incident"
"""How the types of events about an incident's end begin; the outcome follows, as in ``.NeedsHuman``."""

APPROVAL = "BackupResponder.Approval.Requested"
DIGEST = "BackupResponder.Incidents.Digest"

_FORBIDDEN = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def result_type(outcome: Outcome) -> str:
    """The type of the event that tells of an end."""
    return f"{RESULT}.{''.join(word.title() for word in outcome.split('-'))}"


class Event(NamedTuple):
    """What a CloudEvent says; ``id`` is the same at every attempt, so that a subscriber can tell a repetition."""

    type: str
    subject: str
    id: str
    time: datetime
    data: Any


def publish(app: Settings, url: str, event: Event, seconds: float) -> Delivery:
    """Publish an event once.

    A missing right is tried again: whoever grants it within the message's patience needs to do nothing more.
    """
    from azure.core.exceptions import AzureError, HttpResponseError
    from azure.core.messaging import CloudEvent

    from responder.azure.clients import shared

    told, clients = CloudEvent(app.public_url, **event._asdict()), shared(app)
    try:
        clients.topic(url).send(told, **clients.request_options(seconds))
    except HttpResponseError as error:  # without a status it got no token, or no answer
        return _refused(error)
    except AzureError as error:
        return Delivery(state=DeliveryState.RETRY, detail=f"no answer: {type(error).__name__}")
    return Delivery(state=DeliveryState.DELIVERED, status=HTTPStatus.OK, detail="published")


def _refused(error: "HttpResponseError") -> Delivery:
    if error.status_code is None:
        return Delivery(state=DeliveryState.RETRY, detail=f"no answer, or no token: {type(error).__name__}")
    if error.status_code in _FORBIDDEN:
        detail = f"HTTP {error.status_code}: the app's identity needs the role EventGrid Data Sender on the topic"
        return Delivery(state=DeliveryState.RETRY, status=error.status_code, detail=detail)
    headers = cast("Any", error.response).headers if error.response is not None else {}
    return of_status(error.status_code, retry_after_seconds(headers))
