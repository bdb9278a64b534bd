"""Posts a message: the same one until each receiver takes it, refuses it for good, is gone, or patience ends."""

from datetime import datetime, timedelta
from hashlib import sha256

from msgspec.structs import replace

from handlers.hops import Flow, Hops, StepFailedError
from handlers.messages import Deliver
from handlers.targets import Standing, TargetRequest
from responder.incident import Reported
from responder.language import say
from responder.notify.webhook import Delivery, DeliveryState

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_LONGEST_ASKED = timedelta(hours=24)  # a receiver that asks for more is asked again after a day
_JITTER = 0.25


def post(hops: Hops, message: Deliver, *, patience: timedelta) -> Flow[Reported]:
    """Deliver one message to its target, at least once; its ``webhook-id`` is the same at every attempt.

    A result that does not arrive is listed in the ``target`` entity. An address that answered 410 gets nothing more.
    Source: Standard Webhooks 1.0, "webhook-id" and "Deliverability and reliability".
    """
    (reported,) = yield from post_to_all(hops, [message], patience=patience)
    return reported


def post_to_all(
    hops: Hops, messages: list[Deliver], *, patience: timedelta, one_is_enough: bool = False
) -> Flow[list[Reported]]:
    """Deliver a message to each of its targets; one that is down holds up no other.

    ``one_is_enough``: once a target has taken it the others get no second attempt, because somebody waits for a person.
    """
    sendings = [Sending(message, hops.now, hops.now + patience) for message in messages]
    while True:
        for sending in sendings:
            if sending.is_due(hops.now):
                yield from sending.attempt(hops)
        left = [sending.due for sending in sendings if sending.reported is None]
        if not left or (one_is_enough and any(sending.arrived for sending in sendings)):
            break
        yield from hops.sleep_until(min(left))
    for sending in sendings:
        yield from sending.give_up(hops)
    return [sending.reported for sending in sendings if sending.reported]


class Sending:
    """One message on its way to one target: tried until it is taken, refused for good, gone, or patience ends."""

    def __init__(self, message: Deliver, now: datetime, until: datetime) -> None:
        self.due = now
        self.reported: Reported | None = None
        self._message, self._until = message, until
        self._attempts, self._last = 0, Delivery(state=DeliveryState.RETRY, detail=say("not tried"))
        self._status: int | None = None
        self._standing = Standing()

    @property
    def arrived(self) -> bool:
        """Whether the target has taken it."""
        return self.reported is not None and self.reported.state == "delivered"

    def is_due(self, now: datetime) -> bool:
        """Whether the next attempt is to be made."""
        return self.reported is None and self.due <= now

    def attempt(self, hops: Hops) -> Flow[None]:
        """Try once more."""
        self._standing = yield from _target(hops, self._message, "look")
        delivery = yield from _attempt(hops, replace(self._message, disabled=self._standing.disabled))
        self._last = delivery
        if delivery.state is not DeliveryState.DISABLED:
            self._attempts, self._status = self._attempts + 1, delivery.status
        if delivery.state is not DeliveryState.RETRY or hops.now >= self._until:
            yield from self.give_up(hops)
            return
        self.due = hops.now + pause(self._message.name, self._attempts, delivery.retry_after_seconds)

    def give_up(self, hops: Hops) -> Flow[None]:
        """The last attempt stands; what it came to is remembered."""
        if self.reported:
            return
        delivery, message = self._last, self._message
        self.reported = Reported(
            state="given-up" if delivery.state is DeliveryState.RETRY else delivery.state.value,
            attempts=self._attempts,
            status=self._status,
            detail=delivery.detail,
            at=hops.now,
            target=message.target,
        )
        yield from _remember(hops, message, self._standing, delivery, self.reported)


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
        if message.incident and not message.approval:  # a plan's time will be over, and a digest has its folder
            outcome = message.incident.outcome
            yield from _target(hops, message, "keep", outcome=outcome, reported=reported)
    elif standing.listed or standing.disabled:
        yield from _target(hops, message, "settle", address=delivery.address)


def _target(hops: Hops, message: Deliver, operation: str, **facts: object) -> Flow[Standing]:
    ask = replace(TargetRequest(incident=message.about, now=hops.now), **facts)
    return hops.entity("target", message.target, operation, ask, Standing)
