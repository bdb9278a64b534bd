"""One attempt to post one message. When to try again is the caller's business, by durable timers.

What an answer means: Standard Webhooks 1.0.0, "Delivery": 2xx is success, 410 asks to stop, 429 and 5xx to slow down.
"""

from enum import StrEnum
from http import HTTPStatus

from responder.notify.signing import headers
from responder.retry_after import retry_after_seconds
from responder.version import VERSION
from responder.wire import Wire

ATTEMPT_SECONDS = 20


class DeliveryState(StrEnum):
    """What an attempt came to."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GONE = "gone"
    REFUSED = "refused"


class Delivery(Wire):
    """How one attempt went. ``detail`` never holds the address: it may carry a credential."""

    state: DeliveryState
    status: int | None = None
    retry_after_seconds: float | None = None
    detail: str


def post(url: str, secret: str, message_id: str, body: bytes, now: float) -> Delivery:
    """Post a signed message once: no redirects, no repetition, 20 s to connect and as long for the answer to begin.

    Args:
        url: where to; https, or http on loopback.
        secret: ``whsec_`` and base64 of the key.
        message_id: the same on every attempt of a message.
        body: the JSON document.
        now: seconds since 1970 by the machine's clock. Receivers compare it with their own clock and refuse what
            is minutes off, so neither the orchestration's time nor a virtual one will do; nothing is decided by it.
    """
    import requests

    signed = headers(secret, message_id, int(now), body) | {"user-agent": f"backup-responder/{VERSION}"}
    try:
        # The body of the answer is never read: a slow drip cannot hold the attempt up.
        with requests.post(
            url, data=body, headers=signed, timeout=ATTEMPT_SECONDS, allow_redirects=False, stream=True
        ) as response:
            return _delivery(response.status_code, retry_after_seconds(response.headers))
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
        return Delivery(state=DeliveryState.REFUSED, detail="the address cannot be used")
    except requests.RequestException as error:
        return Delivery(state=DeliveryState.RETRY, detail=f"no answer: {type(error).__name__}")


def _delivery(status: int, wait: float | None) -> Delivery:
    state = _state(status)
    asked = wait if state is DeliveryState.RETRY else None
    return Delivery(state=state, status=status, retry_after_seconds=asked, detail=f"HTTP {status}")


def _state(status: int) -> DeliveryState:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return DeliveryState.DELIVERED
    if status == HTTPStatus.GONE:
        return DeliveryState.GONE
    if (
        status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    ):
        return DeliveryState.RETRY
    return DeliveryState.REFUSED
