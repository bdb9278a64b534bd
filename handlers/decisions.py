"""GET and POST /api/incidents/{id}/decision: a person approves or declines a plan. Only the POST decides."""

from html import escape
from urllib.parse import parse_qs

import azure.functions as func

from handlers.config import configured
from handlers.durable import Blueprint, DurableOrchestrationClient
from handlers.incidents import read_incident
from handlers.replies import problem, reply
from responder import approval
from responder.incident import Approval, Incident
from responder.wire import typed

decisions = Blueprint()

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Decide about {id}</title>
<style>body{{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}}
button{{font:inherit;padding:.5rem 1.2rem;margin-right:1rem}}</style>
<h1>Approve this change?</h1><p>{summary}</p><ul>{changes}</ul><p>Decide before {expires}.</p>
<form method="post"><button name="decision" value="approve">Approve</button>
<button name="decision" value="decline">Decline</button></form></html>"""


@decisions.route(route="incidents/{id}/decision", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
@decisions.durable_client_input(client_name="client")
async def decide(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Show the plan on GET; on POST raise the decision that the incident waits for. The signed token is the key."""
    name = req.route_params.get("id", "")
    incident = await _incident(client, name)
    asked = incident.approvals[-1] if incident and incident.approvals else None
    if incident is None or asked is None or not approval.matches(configured(), name, asked, _token(req)):
        return problem(403, "BadToken", "This link belongs to no plan of this incident.")
    if asked.state != "waiting":
        return problem(409, "AlreadyDecided", f"This plan is {asked.state}.")
    if req.method == "GET":
        return func.HttpResponse(_page(incident, asked), mimetype="text/html", headers={"Cache-Control": "no-store"})
    wanted = _wanted(req)
    if wanted not in {"approve", "decline"}:
        return problem(400, "NoDecision", "Send decision=approve or decision=decline.")
    choice = {"approve": wanted == "approve", "fingerprint": asked.fingerprint, "by": _person(req)}
    await client.raise_event(name, asked.event, choice)
    return reply(202, {"id": name, "decision": wanted})


async def _incident(client: DurableOrchestrationClient, name: str) -> Incident | None:
    found = await read_incident(client, name)
    return typed(found, Incident) if found and found.get("failure") else None


def _token(req: func.HttpRequest) -> str:
    return str(req.params.get("token", ""))


def _wanted(req: func.HttpRequest) -> str:
    """From a form, or from JSON ``{"decision": ...}``."""
    body = req.get_body()
    if "json" in req.headers.get("content-type", ""):
        try:
            value = req.get_json()
        except ValueError:
            return ""
        wanted: object = value.get("decision", "") if isinstance(value, dict) else ""
        return str(wanted)
    return parse_qs(bytes(body).decode("utf-8", "replace")).get("decision", [""])[0]


def _person(req: func.HttpRequest) -> str:
    """The signed-in person where App Service authentication is on, else the bearer of the link."""
    return req.headers.get("x-ms-client-principal-name") or "the bearer of the link"


def _page(incident: Incident, asked: Approval) -> str:
    return _PAGE.format(
        id=escape(incident.id),
        summary=escape(f"{incident.vm or ''}: the app wants to make these changes."),
        changes="".join(f"<li>{escape(change)}</li>" for change in asked.changes),
        expires=escape(asked.expires_at.isoformat()),
    )
