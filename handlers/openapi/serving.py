"""GET /api/openapi.json: the description of the API. It holds no secret, so that nobody needs a key to read it."""

import azure.functions as func

from handlers.durable import Blueprint

description = Blueprint()


@description.route(route="openapi.json", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def openapi(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  the trigger's binding
    """The OpenAPI document, the same for every app of this version."""
    from handlers.openapi import document

    return document.answer()
