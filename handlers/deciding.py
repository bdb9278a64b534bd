"""A person approves or declines a plan: the page of a link, and the one POST that decides."""

from datetime import UTC, datetime

import azure.functions as func

from handlers import choices, people
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.pages import session
from handlers.pages.accept import prefers_json
from handlers.pages.form import fields
from handlers.reading import read_incident
from handlers.refused import Refused
from responder import approval
from responder.incident import Approval, Incident
from responder.language import say
from responder.wire import typed

_GONE = 410


async def decide(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Show the plan on GET; on POST raise the decision that the incident waits for. The signed token is the key."""
    from handlers.pages import decision_page as page

    as_json = prefers_json(req.headers.get("accept", "")) or "json" in req.headers.get("content-type", "")
    name = req.route_params.get("id", "")
    try:
        incident, asked = await _asked(client, name, _token(req))
        if req.method == "GET":
            return page.plan_json(incident, asked) if as_json else page.plan(incident, asked, session.person(req))
        made = await _decided(client, name, asked, _choice(req))
    except Refused as no:
        return no.answer(configured().public_url) if as_json else page.refused(no, session.person(req))
    return page.done_json(name, made) if as_json else page.done(name, made, session.person(req))


async def _asked(client: DurableOrchestrationClient, name: str, token: str) -> tuple[Incident, Approval]:
    """The incident, and its plan that waits for this link.

    Raises:
        Refused: the link belongs to no plan of this incident, or its time is over, or it was used.
    """
    found = await read_incident(client, name)
    incident = typed(found, Incident) if found and found.get("failure") else None
    asked = incident.approvals[-1] if incident and incident.approvals else None
    if incident is None or asked is None or not approval.matches(configured(), name, asked, token):
        raise Refused(403, "BadToken", say("This link belongs to no plan of this incident."))
    if asked.state == "expired":
        raise Refused(_GONE, "Expired", say("Nobody decided in time: this plan is not made any more."))
    if asked.state != "waiting":
        raise Refused(409, "AlreadyDecided", _told(approve=asked.state == "approved", by=asked.decided_by or ""))
    return incident, asked


async def _decided(
    client: DurableOrchestrationClient, name: str, asked: Approval, choice: choices.Choice
) -> choices.Made:
    """Write the decision down and tell the incident.

    Raises:
        Refused: another decision stands. The incident is told of that one again: whoever made it may have been cut off.
    """
    earlier = await choices.made(client, name, asked)
    made = choices.Made(choice=earlier, mine=False) if earlier else await choices.decide(client, name, asked, choice)
    await client.raise_event(name, asked.event, choices.event(made.choice, asked))
    if made.mine is False:
        raise Refused(409, "AlreadyDecided", _told(approve=made.choice.approve, by=made.choice.by))
    return made


def _choice(req: func.HttpRequest) -> choices.Choice:
    """The decision in a form, or in JSON ``{"decision": ...}``.

    Raises:
        Refused: it is neither approve nor decline.
    """
    wanted = _wanted(req)
    if wanted not in {"approve", "decline"}:
        raise Refused(400, "NoDecision", say("Send decision=approve or decision=decline."))
    now = datetime.now(UTC)  # a record for people; nothing is decided by it
    return choices.attempt(approve=wanted == "approve", by=_person(req), at=now)


def _wanted(req: func.HttpRequest) -> str:
    if "json" in req.headers.get("content-type", ""):
        try:
            value = req.get_json()
        except (ValueError, RecursionError):  # no JSON, or nested too deep
            return ""
        wanted: object = value.get("decision", "") if isinstance(value, dict) else ""
        return str(wanted)
    return fields(req).get("decision", "")


def _person(req: func.HttpRequest) -> str:
    """The signed-in person where App Service authentication is on, else the bearer of the link."""
    return people.signed_in(req) or say("the bearer of the link")


def _token(req: func.HttpRequest) -> str:
    return str(req.params.get("token", ""))


def _told(*, approve: bool, by: str) -> str:
    if approve:
        return say("This plan was approved by {by}. A link decides once.", by=by)
    return say("This plan was declined by {by}. A link decides once.", by=by)
