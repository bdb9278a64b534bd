"""What several operations share: parameters, headers, answers, and how a caller shows who it is."""

from handlers.listing_query import DEFAULT, MOST
from handlers.openapi.parts import KEY, Node, answer, header, html, json, problem, query, schema
from handlers.pages.csv_export import MOST as MOST_ROWS
from handlers.pages.seal import HOURS
from handlers.pages.session import COOKIE

INCIDENT = "inc-0f343b0931126a20f133d67c2b018a3b"
"""An id for examples."""

VM = (
    "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11/resourceGroups/rg-app"
    "/providers/Microsoft.Compute/virtualMachines/vm-app-01"
)
"""A VM for examples."""

PLACE = {"id": INCIDENT, "statusUrl": f"https://func.example/api/incidents/{INCIDENT}"}
"""An incident for examples, and where it is shown."""

_NAME = "The whole ARM id, or the name alone; case does not count."


def parameters() -> Node:
    """Parameters, by the names that `parts.parameter` refers to."""
    text = {"type": "string"}
    filters = {
        "state": query("state", "Whether the incident has ended.", {"type": "string", "enum": ["open", "ended"]}),
        "outcome": query("outcome", "How it ended.", schema("Outcome")),
        "errorCode": query("errorCode", "Code of the playbook that was followed last.", text, "BackUpOperationFailed"),
        "vault": query("vault", f"Its vault. {_NAME}", text),
        "vm": query("vm", f"Its VM. {_NAME}", text, "vm-app-01"),
        "since": query("since", "Opened at this time or later.", {"type": "string", "format": "date-time"}),
        "top": query(
            "top",
            "How many; a file has as many as it may hold.",
            {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT},
        ),
        "continuation": query("continuation", "Of the answer before: goes on after it.", text),
        "format": query(
            "format",
            f"As a file, with up to {MOST_ROWS} incidents.",
            {"type": "string", "enum": ["csv", "json"]},
        ),
        "next": query("next", "The page to go on to, if it is one of the app's.", text, "/api/ui/incidents"),
    }
    return filters | {"incident": _incident(), "playbook": _playbook()}


def _incident() -> Node:
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Of an incident (inc-), or of a signal that named no job (sig-).",
        "schema": {"type": "string", "pattern": "^(inc|sig)-[0-9a-f]{32}$"},
        "example": INCIDENT,
    }


def _playbook() -> Node:
    return {
        "name": "code",
        "in": "path",
        "required": True,
        "description": "Error code, alias or number of a playbook.",
        "schema": {"type": "string", "minLength": 1},
        "example": "UserErrorRpCollectionLimitReached",
    }


def headers() -> Node:
    """Headers of answers, by the names that `parts.header` refers to."""
    text: Node = {"schema": {"type": "string"}}
    return {
        "RetryAfter": {"description": "Seconds.", "required": True, "schema": {"type": "integer", "minimum": 1}},
        "Location": {"description": "Where to go on.", "required": True} | text,
        "Session": {"description": "The session's cookie, or its end."} | text,
        "File": {"description": "The name of the file, where one was asked for."} | text,
        "Continuation": {"description": "Of a table that is not the whole list: where the next begins."} | text,
        "AllowedOrigin": {"description": "The origin that asked.", "required": True} | text,
        "AllowedRate": {"description": "Any rate.", "required": True, "schema": {"const": "*"}},
        "Allow": {"description": "What may be sent.", "required": True} | text,
    }


def responses() -> Node:
    """Answers, by the names that `parts.shared` refers to."""
    again = {"Retry_After": header("RetryAfter")}
    failed = "The app's store did not answer, or the app has a fault. Look what was done before you ask again."
    return {
        "NoKey": answer("No function key, or a wrong one. The host answers, without a body."),
        "NotJson": problem(
            "The body is not JSON.", notJson={"code": "BodyNotJson", "message": "The body is not JSON."}
        ),
        "TooLarge": problem("The body is larger than the setting RESPONDER_MAX_BODY_KB allows."),
        "Later": answer("The app's store did not answer. Nothing was changed: ask again.", json("Problem"), **again),
        "LaterPage": answer("The app's store did not answer. Nothing was changed.", html(), **again),
        "Failed": answer(f"{failed} The host answers, without a body."),
        "SignIn": answer("Nobody is signed in: the page to sign in at.", html()),
        "Forged": answer("The form was not sent from a page of this session. Nothing was changed.", html()),
        "Page": answer("The page.", html()),
    }


def security_schemes() -> Node:
    """How a caller shows who it is."""
    session = f"Of a browser: GET /api/session begins it, it lasts {HOURS} hours. "
    session += "Where App Service authentication is on, whoever it has signed in needs none."
    header_key, query_key = (next(iter(entry)) for entry in KEY)
    return {
        header_key: {"type": "apiKey", "in": "header", "name": "x-functions-key", "description": "A function key."},
        query_key: {"type": "apiKey", "in": "query", "name": "code", "description": "The same, in the address."},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": session},
        "decisionToken": {
            "type": "apiKey",
            "in": "query",
            "name": "token",
            "description": "Part of a decision's link: good for one plan, once, until the plan expires.",
        },
    }
