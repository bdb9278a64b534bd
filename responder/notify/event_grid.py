"""One attempt to publish a message to a custom topic of Event Grid, and what the topic's answer means for it."""

from http import HTTPStatus

from responder.azure.topics import Answered, Event, publish
from responder.incident import Outcome
from responder.language import say
from responder.notify.webhook import Delivery, DeliveryState, of_status
from responder.settings import Settings

RESULT = "BackupResponder.Incident"
"""How the types of events about an incident's end begin; the outcome follows, as in ``.NeedsHuman``."""

APPROVAL = "BackupResponder.Approval.Requested"
DIGEST = "BackupResponder.Incidents.Digest"

_FORBIDDEN = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def result_type(outcome: Outcome) -> str:
    """The type of the event that tells of an end."""
    return f"{RESULT}.{''.join(word.title() for word in outcome.split('-'))}"


def post(app: Settings, url: str, event: Event) -> Delivery:
    """Publish once.

    A missing right is tried again: whoever grants it within the message's patience needs to do nothing more.
    """
    return _delivery(publish(app, url, event, app.webhook_seconds))


def _delivery(answered: Answered) -> Delivery:
    if answered.status is None:
        return Delivery(state=DeliveryState.RETRY, detail=say("no answer, or no token: {told}", told=answered.error))
    if answered.status in _FORBIDDEN:
        detail = say(
            "HTTP {status}: the app's identity needs the role EventGrid Data Sender on the topic",
            status=answered.status,
        )
        return Delivery(state=DeliveryState.RETRY, status=answered.status, detail=detail)
    return of_status(answered.status, answered.retry_after_seconds)
