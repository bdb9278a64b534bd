"""Who is asking: the person whom App Service authentication has signed in, where a deployment has turned it on."""

import os

import azure.functions as func

from responder.words import plain

_LONGEST = 120  # characters of a name


def authentication() -> bool:
    """Whether App Service authentication stands in front of the app.

    Source: Microsoft Learn, "Environment variables and app settings in Azure App Service", ``WEBSITE_AUTH_ENABLED``.
    """
    return os.environ.get("WEBSITE_AUTH_ENABLED", "").strip().lower() == "true"


def signed_in(req: func.HttpRequest) -> str | None:
    """The name of the signed-in person, or the id where the identity has no name; None for anybody else.

    Only where authentication is on does the platform take these headers away from requests that come from outside:
    elsewhere anybody can send them, and they say nothing.

    Source: Microsoft Learn, "Work with user identities in Azure App Service authentication", user claims in headers.
    """
    if not authentication():
        return None
    name = plain(req.headers.get("x-ms-client-principal-name"), _LONGEST)
    return name or principal(req) or None


def principal(req: func.HttpRequest) -> str:
    """The id of the signed-in person; empty for anybody else."""
    return plain(req.headers.get("x-ms-client-principal-id"), _LONGEST) if authentication() else ""
