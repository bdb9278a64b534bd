"""Incidents described: the list, one of them, its decision, its locks."""

from handlers.openapi.parts import (
    FORM,
    JSON,
    KEY,
    LINK,
    Node,
    Told,
    answer,
    header,
    html,
    json,
    operation,
    parameter,
    problem,
    schema,
    sent,
    shared,
)

_TAG = "Incidents"
FILTERS = ("state", "outcome", "errorCode", "vault", "vm", "since", "top", "continuation", "format")
"""What a list of incidents can be asked for."""

TABLE: Node = {"text/csv": {"schema": {"type": "string"}}}
"""Content: the list for a spreadsheet program."""

_DECISION = (
    "JSON where the request's Accept prefers it or its Content-Type is JSON, else a page. Looking decides nothing."
)


def paths() -> Node:
    """Everything below /api/incidents."""
    below = {"parameters": [parameter("incident")]}
    return {
        "/api/incidents": {"get": _list()},
        "/api/incidents/{id}": below | {"get": _one()},
        "/api/incidents/{id}/decision": below | {"get": _plan(), "post": _decide()},
        "/api/incidents/{id}/restore-locks": below | {"post": _restore_locks()},
    }


def either(about: str, content: Node, **headers: Node) -> Node:
    """An answer as a page, or in the form that a program asks for."""
    return answer(about, content | html(), **headers)


def _list() -> Node:
    told = Told(_TAG, "List incidents", "Newest first. A page where the request's Accept prefers HTML.")
    content = json("IncidentList") | TABLE
    kept = {"Content_Disposition": header("File"), "X_Continuation": header("Continuation")}
    again = {"Retry_After": header("RetryAfter")}
    answers = {
        "200": either("The incidents.", content, **kept, Set_Cookie=header("Session")),
        "400": either("The query is wrong; all mistakes are named.", json("Problem")),
        "401": shared("NoKey"),
        "503": either("The incidents could not be read. Ask again.", json("Problem"), **again),
    }
    return operation("listIncidents", told, KEY, answers, parameters=[parameter(name) for name in FILTERS])


def _one() -> Node:
    told = Told(_TAG, "Show an incident", "While it runs and after. A page where the request's Accept prefers HTML.")
    no = {"code": "IncidentNotFound", "message": "There is no incident inc-..."}
    answers = {
        "200": either("The incident.", json("AnyIncident"), Set_Cookie=header("Session")),
        "401": shared("NoKey"),
        "404": either("There is none.", json("Problem", none={"error": no})),
        "503": either("It could not be read. Ask again.", json("Problem"), Retry_After=header("RetryAfter")),
    }
    return operation("showIncident", told, KEY, answers)


def _refusals() -> Node:
    return {
        "403": either("The link belongs to no plan of this incident.", json("Problem")),
        "409": either("The plan was decided already.", json("Problem")),
        "410": either("Nobody decided in time.", json("Problem")),
        "500": shared("Failed"),
    }


def _plan() -> Node:
    told = Told(_TAG, "Show the plan that waits for a decision", _DECISION)
    return operation("showPlan", told, LINK, {"200": either("The plan.", json("WaitingPlan"))} | _refusals())


def _decide() -> Node:
    told = Told(_TAG, "Approve or decline the plan", f"The first decision stands. {_DECISION}")
    answers = {
        "202": either("The decision is written down.", json("Decided")),
        "400": either("It was neither approve nor decline.", json("Problem")),
    }
    decision = schema("Decision")
    content: Node = {FORM: {"schema": decision}, JSON: {"schema": decision, "example": {"decision": "decline"}}}
    return operation("decide", told, LINK, answers | _refusals(), body=sent(content, "The decision."))


def _restore_locks() -> Node:
    told = Told(_TAG, "Put back the locks that the incident removed", "As they were recorded; what exists is left.")
    answers = {
        "200": answer("What became of each lock; look at every state.", json("LocksPutBack")),
        "401": shared("NoKey"),
        "404": problem("There is no such incident."),
        "409": problem("No lock was touched: the incident runs, removed none, or a law stands against it."),
        "500": shared("Failed"),
    }
    return operation("restoreLocks", told, KEY, answers)
