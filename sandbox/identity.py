"""The managed identity endpoint of App Service, as azure-identity and the Azure CLI call it.

Source: Azure App Service, "How to use managed identities" (REST endpoint reference, api-version 2019-08-01); the answer
to an unknown client id as issues of the Azure SDKs record it.
"""

import uuid
from hmac import compare_digest

from aiohttp import web

from sandbox.arm.tokens import NoSuchIdentityError, Tokens, identity_of

PATH = "/msi/token"


def build(tokens: Tokens, header: str) -> web.Application:
    """The endpoint; ``header`` is the secret that ``X-IDENTITY-HEADER`` must carry."""

    async def token(request: web.Request) -> web.Response:
        if not compare_digest(request.headers.get("X-IDENTITY-HEADER", "").encode(), header.encode()):
            return _refused(401, "Unauthorized", "The X-IDENTITY-HEADER is missing or wrong.")
        resource = request.query.get("resource")
        if not resource:
            return _refused(400, "BadRequest", "The resource parameter is missing.")
        client_id = request.query.get("client_id")
        try:
            access, expires = tokens.issue(resource, client_id)
        except NoSuchIdentityError:
            return _unknown()
        body = {
            "access_token": access,
            "expires_on": str(expires),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": identity_of(client_id).client_id,
        }
        return web.json_response(body)

    app = web.Application()
    app.router.add_get(PATH, token)
    return app


def _unknown() -> web.Response:
    body = {"statusCode": 400, "message": "Unable to load the proper Managed Identity."}
    return web.json_response({**body, "correlationId": str(uuid.uuid4())}, status=400)


def _refused(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "code": code, "message": message}, status=status)
