"""GET /api/ui/playbooks: every error code that the app knows. GET /api/ui/playbooks/{code}: what it does about one."""

from typing import Any

import azure.functions as func

from handlers.config import configured
from handlers.pages import guarded, session
from handlers.pages.session import HOME, Person
from responder.errors import PlaybookError
from responder.language import say

_LONGEST = 200  # characters of a search or a code that are looked at


def list_playbooks(req: func.HttpRequest) -> func.HttpResponse:
    """All playbooks, or those that hold the words of ``q``."""
    who = session.person(req)
    if who is None:
        return session.refused(req)
    from handlers.pages import playbook_text
    from handlers.pages.render import page
    from playbooks import loader

    folder, wanted = configured().playbook_folder, req.params.get("q", "").strip()[:_LONGEST]
    values: dict[str, Any] = {
        "rows": playbook_text.search(folder, wanted),
        "all": len(playbook_text.rows(folder)),
        "wanted": wanted,
        "problems": loader.own(folder).problems if folder else [],
        "here": "playbooks",
    }
    return page("playbooks.html", person=who, title=say("Playbooks"), **values)


def show_playbook(req: func.HttpRequest) -> func.HttpResponse:
    """The playbook of a code, an alias or a number; 404 with those that are spelt alike."""
    who = session.person(req)
    if who is None:
        return session.refused(req)
    code = req.route_params.get("code", "")[:_LONGEST]
    try:
        return _shown(who, code)
    except PlaybookError as error:
        return _problem(who, 500, say("This playbook cannot be used"), str(error))


def _shown(person: Person, code: str) -> func.HttpResponse:
    from handlers.pages import playbook_text as text
    from handlers.pages.render import page

    folder = configured().playbook_folder
    found = text.find(folder, code)
    if found is None:
        return _unknown(person, code, text.near(folder, code))
    values: dict[str, Any] = {
        "playbook": found,
        "facts": text.facts(found),
        "causes": text.possible(found),
        "runbook": text.runbook(found),
        "besides": text.besides(found),
        "here": "playbooks",
    }
    return page("playbook.html", person=person, title=found.code, **values)


def _unknown(person: Person, code: str, near: list[str]) -> func.HttpResponse:
    from handlers.pages.render import page

    values: dict[str, Any] = {
        "rows": [],
        "all": None,
        "wanted": code,
        "problems": [],
        "near": near,
        "here": "playbooks",
    }
    return page("playbooks.html", status=404, person=person, title=say("No such playbook"), **values)


def _problem(person: Person, status: int, title: str, text: str) -> func.HttpResponse:
    return guarded.problem(status, person, title, text, back=(f"{HOME}/playbooks", say("Back to the playbooks")))
