"""The page of a decision link: the plan with its reach and its evidence, the two buttons, and what came of them."""

from itertools import zip_longest

import azure.functions as func

from handlers.choices import Made
from handlers.config import configured
from handlers.pages.render import page
from handlers.pages.session import HOME, Person
from handlers.refused import Refused
from handlers.replies import reply
from responder.incident import Approval, Incident, Verdict
from responder.language import say
from responder.wire import plain as as_json


def plan(incident: Incident, asked: Approval, person: Person | None) -> func.HttpResponse:
    """What is to be decided; nothing is decided by looking at it."""
    return page(
        "decision.html",
        person=person,
        title=say("Approve this change?"),
        incident=incident,
        asked=asked,
        changes=list(zip_longest(asked.changes, asked.undo, fillvalue="")),
        findings=[finding for finding in incident.findings if finding.verdict is Verdict.CONFIRMED],
    )


def plan_json(incident: Incident, asked: Approval) -> func.HttpResponse:
    """The same for a program."""
    return reply(200, {"id": incident.id, "vm": incident.vm, "vault": incident.vault, "plan": as_json(asked)})


def done(name: str, made: Made, person: Person | None) -> func.HttpResponse:
    """The decision is written down."""
    approved = made.choice.approve
    return page(
        "decided.html",
        status=202,
        person=person,
        title=say("Approved") if approved else say("Declined"),
        approved=approved,
        known=made.mine is not None,
        by=made.choice.by,
        link=f"{HOME}/incidents/{name}",
    )


def done_json(name: str, made: Made) -> func.HttpResponse:
    """The same for a program."""
    wanted = "approve" if made.choice.approve else "decline"
    address = f"{configured().public_url}/api/incidents/{name}"
    return reply(202, {"id": name, "decision": wanted, "by": made.choice.by, "statusUrl": address})


def refused(no: Refused, person: Person | None) -> func.HttpResponse:
    """Why nothing was decided."""
    return page("problem.html", status=no.status, person=person, title=say("Nothing was decided"), text=str(no))
