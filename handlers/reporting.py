"""Posts the result: the same message until the receiver takes it, refuses it for good, or a day has passed."""

from datetime import timedelta

from handlers.hops import Flow, Hops, StepFailedError
from handlers.messages import Deliver
from responder.incident import Reported
from responder.notify.webhook import Delivery, DeliveryState

_PAUSES = [timedelta(seconds=seconds) for seconds in (30, 120, 300, 900, 1800, 3600)]


def post(hops: Hops, message: Deliver, *, patience: timedelta) -> Flow[Reported]:
    """Deliver one message, at least once; its ``webhook-id`` is the same at every attempt, so receivers drop copies.

    Source: Standard Webhooks 1.0, "webhook-id" and "Deliverability and reliability".
    """
    give_up, pauses, attempts = hops.now + patience, iter(_PAUSES), 0
    while True:
        attempts += 1
        delivery = yield from _attempt(hops, message)
        if delivery.state is not DeliveryState.RETRY or hops.now >= give_up:
            state = "given-up" if delivery.state is DeliveryState.RETRY else delivery.state.value
            return Reported(state=state, attempts=attempts, status=delivery.status, detail=delivery.detail, at=hops.now)
        pause = timedelta(seconds=delivery.retry_after_seconds or 0)
        yield from hops.sleep_until(hops.now + max(pause, next(pauses, _PAUSES[-1])))


def _attempt(hops: Hops, message: Deliver) -> Flow[Delivery]:
    try:
        return (yield from hops.ask("deliver", message, Delivery))
    except StepFailedError as failed:
        return Delivery(state=DeliveryState.RETRY, detail=failed.trouble.text)
