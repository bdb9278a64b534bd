"""Posts a message: the same one until the receiver takes it, refuses it for good, is gone, or patience ends."""

from datetime import timedelta
from hashlib import sha256

from msgspec.structs import replace

from handlers.hops import Flow, Hops, StepFailedError
from handlers.messages import Deliver
from handlers.targets import Standing, TargetRequest
from responder.incident import Reported
from responder.notify.message import message_id
from responder.notify.webhook import Delivery, DeliveryState

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_LONGEST_ASKED = timedelta(hours=24)  # a receiver that asks for more is asked again after a day
_JITTER = 0.25


def post(hops: Hops, message: Deliver, *, patience: timedelta) -> Flow[Reported]:
    """Deliver one message, at least once; its ``webhook-id`` is the same at every attempt, so receivers drop copies.

    A result that does not arrive is listed in the ``target`` entity. An address that answered 410 gets nothing more.
    Source: Standard Webhooks 1.0, "webhook-id" and "Deliverability and reliability".
    """
    name, give_up = message_id(message.incident, approval=message.approval), hops.now + patience
    attempts, last = 0, None
    while True:
        standing = yield from _target(hops, message, "look")
        delivery = yield from _attempt(hops, replace(message, disabled=standing.disabled))
        if delivery.state is not DeliveryState.DISABLED:
            attempts, last = attempts + 1, delivery.status
        if delivery.state is not DeliveryState.RETRY or hops.now >= give_up:
            break
        yield from hops.sleep_until(hops.now + pause(name, attempts, delivery.retry_after_seconds))
    state = "given-up" if delivery.state is DeliveryState.RETRY else delivery.state.value
    reported = Reported(state=state, attempts=attempts, status=last, detail=delivery.detail, at=hops.now)
    yield from _remember(hops, message, standing, delivery, reported)
    return reported


def pause(name: str, attempt: int, asked_seconds: float | None) -> timedelta:
    """How long to wait after the n-th attempt: twice as long each time, at least as long as the receiver asked for.

    Up to a quarter more is drawn from message and attempt, so that many messages do not come back at the same
    moment, and yet every replay of the orchestration waits as long.
    """
    step = min(_FIRST_PAUSE * (1 << min(attempt - 1, 10)), _LONGEST_PAUSE)
    asked = timedelta(seconds=min(asked_seconds or 0, _LONGEST_ASKED.total_seconds()))
    drawn = int.from_bytes(sha256(f"{name}.{attempt}".encode()).digest()[:4]) / 2**32
    return max(step, asked) * (1 + _JITTER * drawn)


def _attempt(hops: Hops, message: Deliver) -> Flow[Delivery]:
    try:
        return (yield from hops.ask("deliver", message, Delivery))
    except StepFailedError as failed:
        return Delivery(state=DeliveryState.RETRY, detail=failed.trouble.text)


def _remember(hops: Hops, message: Deliver, standing: Standing, delivery: Delivery, reported: Reported) -> Flow[None]:
    """What others must know: that the address is gone, that a result did not arrive, or that it did after all."""
    if delivery.state is DeliveryState.GONE:
        yield from _target(hops, message, "disable", address=delivery.address)
    if delivery.state is not DeliveryState.DELIVERED:
        if not message.approval:  # nobody wants to decide about a plan whose time is over
            outcome = message.incident.outcome
            yield from _target(hops, message, "keep", outcome=outcome, reported=reported)
    elif standing.listed or standing.disabled:
        yield from _target(hops, message, "settle", address=delivery.address)


def _target(hops: Hops, message: Deliver, operation: str, **facts: object) -> Flow[Standing]:
    ask = replace(TargetRequest(incident=message.incident.id, now=hops.now), **facts)
    return hops.entity("target", message.target, operation, ask, Standing)
