"""What the activities of delivery do: who wants to be told, and one attempt to tell it in the target's own format."""

import logging
import time
from typing import Any

import msgspec
from msgspec.structs import replace

from handlers.boundary import answer
from handlers.config import configured
from handlers.messages import Address, Addressee, Addressees, Deliver
from handlers.pages.session import HOME
from responder import approval, logs
from responder.azure.topics import Event
from responder.incident import Incident
from responder.language import say
from responder.notify import event_grid, message, webhook
from responder.notify.audience import wants
from responder.notify.digest import Digest
from responder.notify.target import Format, Target
from responder.notify.targets import targets
from responder.notify.webhook import Delivery, DeliveryState
from responder.wire import utc


def address(payload: object) -> object:
    """The targets whose filter takes the incident."""
    return answer(payload, Address, _address)


def _address(ask: Address) -> Addressees:
    known = targets(configured()).values()
    return Addressees(all=[_addressee(each, ask) for each in known if wants(each, ask.incident, approval=ask.approval)])


def _addressee(target: Target, ask: Address) -> Addressee:
    """Requests for a decision are never folded: somebody waits for it."""
    if target.digest is None or ask.approval:
        return Addressee(target=target.name)
    return Addressee(target=target.name, after=target.digest.after, minutes=target.digest.minutes)


def deliver(payload: object) -> object:
    """One attempt to post the result, the request for an approval with its decision link, or a digest."""
    return answer(payload, Deliver, _told)


def _told(ask: Deliver) -> Delivery:
    """The attempt, and a line about it: the target's name, never its address."""
    tried = _deliver(ask)
    failed = tried.state is not DeliveryState.DELIVERED
    facts = {"about": ask.about, "target": ask.target, "state": tried.state, "status": tried.status}
    logs.event("attempt", logging.WARNING if failed else logging.INFO, **facts, why=tried.detail if failed else None)
    return tried


def _deliver(ask: Deliver) -> Delivery:
    target = targets(configured()).get(ask.target)
    if target is None:
        return Delivery(state=DeliveryState.REFUSED, detail=say("not posted: the settings name this target no more"))
    if target.address == ask.disabled:
        return Delivery(state=DeliveryState.DISABLED, detail=say("not posted: this address has answered 410 Gone"))
    return replace(_post(target, ask), address=target.address)


def _post(target: Target, ask: Deliver) -> Delivery:
    """The signature's time is the machine's, because the receiver compares it with its own clock."""
    app = configured()
    if target.kind is Format.EVENT_GRID:
        return event_grid.post(app, target.url, _event(ask))
    body = _card(ask) if target.kind is Format.TEAMS else _message(ask)
    text = msgspec.json.encode(body)
    return webhook.post(target.url, target.secret, ask.name, text, time.time(), app.webhook_seconds)


def _message(ask: Deliver) -> dict[str, Any]:
    if ask.digest:
        return message.digest(_linked(ask.digest))
    incident = _incident(ask)
    if ask.approval:
        return message.approval_request(incident, approval.link(configured(), incident))
    return message.report(incident)


def _card(ask: Deliver) -> dict[str, Any]:
    from responder.notify import card

    app, pages = configured(), _pages()
    if ask.digest:
        links = card.Links(incident=None, decision=None, overview=pages)
        return card.digest(_linked(ask.digest), links, app.time_zone)
    incident = _incident(ask)
    links = card.Links(incident=f"{pages}/incidents/{incident.id}", decision=None, overview=pages)
    if ask.approval:
        return card.approval(incident, links._replace(decision=approval.link(app, incident)), app.time_zone)
    return card.result(incident, links, app.time_zone)


def _event(ask: Deliver) -> Event:
    body = _message(ask)
    subject = f"digests/{ask.about}" if ask.digest else f"incidents/{ask.about}"
    return Event(type=_kind(ask), subject=subject, id=ask.name, time=utc(body["timestamp"]), data=body["data"])


def _kind(ask: Deliver) -> str:
    if ask.digest:
        return event_grid.DIGEST
    outcome = _incident(ask).outcome
    return event_grid.APPROVAL if ask.approval or outcome is None else event_grid.result_type(outcome)


def _linked(digest: Digest) -> Digest:
    """Each row with the address of its incident's page."""
    rows = [replace(row, status_url=f"{_pages()}/incidents/{row.id}") for row in digest.incidents]
    return replace(digest, incidents=rows)


def _pages() -> str:
    return f"{configured().public_url}{HOME}"


def _incident(ask: Deliver) -> Incident:
    if ask.incident is None:
        raise TypeError("a message that is no digest is about an incident")
    return ask.incident
