"""The whole document. It holds no setting, so that it is the same for every app of this version.

OpenAPI 3.1: its schemas are those of JSON Schema 2020-12, which the models' own schemas are written in, and it knows
webhooks. Source: OpenAPI Specification 3.1.1.
"""

import json
from functools import cache

import azure.functions as func

from handlers.openapi import doors, incident_calls, page_calls, posted, running, schemas, shared
from handlers.openapi.parts import Node
from responder.version import VERSION

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_ABOUT = """Repairs failed Azure VM backups, and tells how it went.

Answers are JSON unless something else is named, and are never to be cached. What is wrong with a request is told as
`{"error": {"code", "message"}}`; `code` is for programs and does not change, `message` is for people.

The host in front of the app answers some requests itself, without a body: 401 without a function key, 404 for a path
or a method that is not described here, 413 above the platform's own limit, 5xx where the app cannot be reached.
"""
_TAGS = {
    "Failures": "How failures arrive.",
    "Incidents": "What becomes of them.",
    "The app": "Its switch, its deliveries, its health.",
    "Pages": "For people. Their forms are only taken from a page of the same session.",
    "Messages": "What the app posts.",
}


def document() -> Node:
    """The description as JSON values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Backup Responder",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The function app that this description comes from."}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "paths": doors.paths() | incident_calls.paths() | running.paths() | page_calls.paths(),
        "webhooks": posted.webhooks(),
        "components": {
            "securitySchemes": shared.security_schemes(),
            "parameters": shared.parameters(),
            "headers": shared.headers(),
            "responses": shared.responses(),
            "schemas": schemas.components(),
        },
    }


def answer() -> func.HttpResponse:
    """The document for whoever asks for it."""
    return func.HttpResponse(text(), mimetype="application/json", headers=_HEADERS)


@cache
def text() -> str:
    """The document as the file holds it."""
    return json.dumps(document(), indent=2) + "\n"
