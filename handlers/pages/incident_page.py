"""GET /api/ui/incidents/{id}: an incident for people. Two forms on it: put the locks back, and run it again."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import azure.functions as func

from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.pages import guarded, session
from handlers.pages.form import fields
from handlers.pages.session import HOME, Person
from handlers.pages.told import Told
from handlers.putting_back import put_back
from handlers.reading import read_incident
from handlers.refused import Refused
from handlers.replies import reply
from responder.errors import Forbidden, ResponderError, TryLater
from responder.language import say

REFRESH = 30
"""Seconds between two looks, where a person asked for that."""

_LOG = logging.getLogger("responder")
_RETRY_AFTER = 10  # seconds
_SIGN = re.compile(r"[^A-Za-z0-9-]")
_PUT_BACK = {"put-back": "good", "exists": "neutral"}


async def incident_page(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, or with ``format=json`` the incident as a file; ``refresh=on`` has the browser look again."""
    who = session.person(req)
    if who is None:
        return session.refused(req)
    name = req.route_params.get("id", "")
    if req.params.get("format") == "json":
        return await guarded.tried(who, lambda person: _download(client, name, person))
    return await show(client, name, who, refreshing=req.params.get("refresh") == "on")


async def restore_locks_from_page(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, with what became of each lock, or why none was touched."""
    return await _posted(req, client, _restore)


async def rerun_from_page(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, with the new incident, or why there is none."""
    return await _posted(req, client, _rerun)


async def show(
    client: DurableOrchestrationClient,
    name: str,
    person: Person,
    *,
    told: Told | None = None,
    status: int = 200,
    refreshing: bool = False,
) -> func.HttpResponse:
    """The page of an incident; 404 if there is none of that name, 503 if the store did not answer.

    Args:
        client: of the store.
        name: the incident's id, or that of a signal.
        person: who sees it.
        told: what became of what the person has asked for.
        status: of HTTP, where something was asked for.
        refreshing: whether the browser looks again by itself while the incident is open.
    """
    try:
        found = await read_incident(client, name)
    except Exception:  # noqa: BLE001  the trigger's boundary: whatever the store says, the page can be asked for again
        _LOG.exception("an incident could not be read")
        text = say("The incident could not be read just now. Load the page again.")
        return _problem(person, 503, say("Not read"), text, {"Retry-After": str(_RETRY_AFTER)})
    if found is None:
        return _problem(person, 404, say("No such incident"), say("There is no incident {name}.", name=name))
    return html(found, person, told=told, status=status, refreshing=refreshing)


def html(
    found: Mapping[str, Any], person: Person, *, told: Told | None = None, status: int = 200, refreshing: bool = False
) -> func.HttpResponse:
    """The page of an incident in any form of its JSON."""
    from handlers.pages import incident_view
    from handlers.pages.render import page

    values = incident_view.values(dict(found), configured())
    again = {"Refresh": str(REFRESH)} if refreshing and values["open"] else {}
    values |= {"told": told, "refreshing": bool(again), "seconds": REFRESH, "here": "incidents"}
    return page("incident.html", status=status, person=person, headers=again, **values)


async def _download(client: DurableOrchestrationClient, name: str, person: Person) -> func.HttpResponse:
    found = await read_incident(client, name)
    if found is None:
        return _problem(person, 404, say("No such incident"), say("There is no incident {name}.", name=name))
    return reply(200, found, {"Content-Disposition": f'attachment; filename="{_SIGN.sub("", name)}.json"'})


_Work = Callable[[DurableOrchestrationClient, str, Mapping[str, str]], Awaitable[Told]]


async def _posted(req: func.HttpRequest, client: DurableOrchestrationClient, work: _Work) -> func.HttpResponse:
    """Do what a form of the page asks for, and show the page with what came of it."""
    who, sent = session.person(req), fields(req)
    if who is None:
        return session.refused(req)
    if not session.may_post(req, who, sent):
        text = say("This form was not sent from a page of yours. Load the page again and send it from there.")
        return _problem(who, 403, say("Not sent from here"), text)
    name = req.route_params.get("id", "")
    try:
        status, told = 200, await work(client, name, sent)
    except Refused as no:
        status, told = no.status, Told("attention", say("Not done"), [str(no)], no.incident)
    except ResponderError as error:
        status, told = (503 if isinstance(error, TryLater) else 502), _trouble(error)
    return await show(client, name, who, told=told, status=status)


async def _restore(client: DurableOrchestrationClient, name: str, _: Mapping[str, str]) -> Told:
    locks = await put_back(client, name, configured())
    failed = any(lock["state"] not in _PUT_BACK for lock in locks)
    title = say("Not all locks are back") if failed else say("The locks are back")
    return Told("attention" if failed else "good", title, [_lock(lock) for lock in locks])


def _lock(lock: Mapping[str, Any]) -> str:
    name = str(lock["id"])
    if lock["state"] == "put-back":
        return say("Put back: {lock}", lock=name)
    if lock["state"] == "exists":
        return say("Was there already: {lock}", lock=name)
    return say("Failed: {lock}. {reason}", lock=name, reason=lock.get("reason") or "")


async def _rerun(client: DurableOrchestrationClient, name: str, sent: Mapping[str, str]) -> Told:
    from handlers.rerunning import run_again

    mode = {"mode": sent["mode"]} if sent.get("mode") else {}
    opened = await run_again(client, {"incidentId": name, **mode}, configured())
    return Told("good", say("A new incident takes this failure up again."), [], opened)


def _trouble(error: ResponderError) -> Told:
    """What could not be done, with the text of Azure but without secrets."""
    from responder.missing import right
    from responder.notify.redact import redact

    if isinstance(error, Forbidden):
        return Told("attention", say("Not done"), [redact(right(error))])
    return Told("attention", say("Not done"), [f"{type(error).__name__}: {redact(str(error))}"])


def _problem(
    person: Person, status: int, title: str, text: str, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    back = f"{HOME}/incidents", say("Back to the incidents")
    return guarded.problem(status, person, title, text, headers, back=back)
