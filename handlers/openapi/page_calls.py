"""The pages described: for people, with a session. What they look like is no contract; what their forms do is."""

from handlers.openapi.incident_calls import FILTERS, TABLE, either
from handlers.openapi.parts import (
    ANYBODY,
    KEY,
    SESSION,
    Node,
    Told,
    answer,
    form,
    header,
    html,
    json,
    operation,
    parameter,
    query,
    shared,
)

_TAG = "Pages"
_SEEN: Node = {"401": shared("SignIn")}
_STORED: Node = {"401": shared("SignIn"), "503": shared("LaterPage")}


def paths() -> Node:
    """The session, and everything below /api/ui."""
    one, code = {"parameters": [parameter("incident")]}, {"parameters": [parameter("playbook")]}
    return {
        "/api/session": {"get": _session()},
        "/api/ui": {"get": _page("showOverview", "What is open, and how the last days went")},
        "/api/ui/incidents": {"get": _incidents()},
        "/api/ui/incidents/{id}": one | {"get": _incident()},
        "/api/ui/incidents/{id}/restore-locks": one | {"post": _restore()},
        "/api/ui/incidents/{id}/rerun": one | {"post": _rerun()},
        "/api/ui/playbooks": {"get": _playbooks()},
        "/api/ui/playbooks/{code}": code | {"get": _playbook()},
        "/api/ui/signin": {"get": _sign_in()},
        "/api/ui/signout": {"post": _sign_out()},
        "/api/ui/switch": {"get": _page("showSwitchPage", "The switch"), "post": _throw()},
    }


def _onward(about: str) -> Node:
    return answer(about, Location=header("Location"), Set_Cookie=header("Session"))


def _page(name: str, about: str) -> Node:
    return operation(name, Told(_TAG, about), SESSION, {"200": shared("Page")} | _STORED)


def _session() -> Node:
    told = Told(_TAG, "Begin a session", "Whoever shows a function key gets a cookie, and is sent on to a page.")
    answers = {"303": _onward("On to the page."), "401": shared("NoKey")}
    return operation("openSession", told, KEY, answers, parameters=[parameter("next")])


def _incidents() -> Node:
    told = Told(_TAG, "The list of incidents, or its file", "Empty parameters filter nothing.")
    kept = {"Content_Disposition": header("File"), "X_Continuation": header("Continuation")}
    answers = {
        "200": either("The page, or the file.", json("IncidentList") | TABLE, **kept),
        "400": answer("The page, with what is wrong at each field.", html()),
    }
    filters = [parameter(name) for name in FILTERS]
    return operation("showIncidents", told, SESSION, answers | _STORED, parameters=filters)


def _incident() -> Node:
    told = Told(_TAG, "An incident, or its file")
    refresh: Node = query("refresh", "Whether the browser looks again.", {"type": "string", "enum": ["on"]})
    form_of = query("format", "The incident as a file.", {"type": "string", "enum": ["json"]})
    answers = {
        "200": either("The page, or the file.", json("AnyIncident"), Content_Disposition=header("File")),
        "404": answer("There is none.", html()),
    }
    return operation("showIncidentPage", told, SESSION, answers | _STORED, parameters=[refresh, form_of])


def _posted(about: str) -> Node:
    """What a form on an incident's page may be answered with: the page, which says what came of it."""
    return {
        "200": answer(about, html()),
        "403": shared("Forged"),
        "404": answer("There is no such incident, or nothing to do for it.", html()),
        "409": answer("Something stands in the way; the page says what.", html()),
        "500": shared("Failed"),
        "502": answer("Azure refused to be asked.", html()),
        "503": answer("Azure or the app's store did not answer.", html()),
    } | _SEEN


def _restore() -> Node:
    told = Told(_TAG, "Put back the locks that the incident removed")
    return operation(
        "restoreLocksFromPage", told, SESSION, _posted("The page; it says what became of each lock."), body=form()
    )


def _rerun() -> Node:
    told = Told(_TAG, "Take the incident up again")
    mode: Node = {"type": "string", "enum": ["", "read-only", "review"], "description": "Empty: as configured."}
    answers = {"400": answer("The mode is not known.", html())} | _posted("The page; it names the new incident.")
    return operation("rerunFromPage", told, SESSION, answers, body=form(mode=mode))


def _playbooks() -> Node:
    told = Told(_TAG, "All playbooks, or those that hold some words")
    words = query("q", "The words.", {"type": "string"}, "lock")
    return operation("listPlaybooks", told, SESSION, {"200": shared("Page")} | _SEEN, parameters=[words])


def _playbook() -> Node:
    told = Told(_TAG, "What the app does about an error code")
    answers = {
        "200": shared("Page"),
        "404": answer("There is none; the page names those that are spelt alike.", html()),
        "500": answer("The playbook cannot be used; the page says why.", html()),
    }
    return operation("showPlaybook", told, SESSION, answers | _SEEN)


def _sign_in() -> Node:
    told = Told(_TAG, "The page to sign in at")
    return operation("showSignIn", told, ANYBODY, {"200": shared("Page")}, parameters=[parameter("next")])


def _sign_out() -> Node:
    told = Told(_TAG, "End the session")
    unsure = {"description": "Nobody is signed in, or the form is of another session.", "content": html()}
    return operation("signOut", told, SESSION, {"303": _onward("On to the door."), "401": unsure}, body=form())


def _throw() -> Node:
    told = Told(_TAG, "Stop all changes of the app, or let them go on")
    wish: Node = {"type": "string", "enum": ["pause", "resume"]}
    body = form(wish=wish, confirmed={"const": "yes"})
    body["content"][next(iter(body["content"]))]["schema"]["required"] += ["wish", "confirmed"]
    answers = {
        "303": answer("The wish is stored; on to the page.", Location=header("Location")),
        "400": answer("It was not confirmed. Nothing was changed.", html()),
        "403": shared("Forged"),
    }
    return operation("throwSwitchFromPage", told, SESSION, answers | _STORED, body=body)
