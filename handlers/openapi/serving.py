"""GET /api/openapi.json: the description of the API. It holds no secret, so that nobody needs a key to read it."""

from functools import cache

import azure.functions as func

from handlers.durable import Blueprint

description = Blueprint()

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@description.route(route="openapi.json", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def openapi(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  the trigger's binding
    """The OpenAPI document, the same for every app of this version."""
    return func.HttpResponse(_told(), mimetype="application/json", headers=_HEADERS)


@cache
def _told() -> str:
    """Made when somebody asks for the first time: no alert waits for it."""
    from handlers.openapi.document import text

    return text()
