"""Answers of ARM that say no, in the envelopes that the services use.

Source of codes and texts: Azure REST error responses; Azure Resource Manager, "Troubleshoot common deployment
errors" and "Understand how Resource Manager throttles requests".
"""

from collections.abc import Sequence

from sandbox.arm.exchange import Answer

GATEWAY = {"x-ms-failure-cause": "gateway"}
SERVICE = {"x-ms-failure-cause": "service"}


class Refused(Exception):
    """A request that ends with an error answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self.answer = answer


def envelope(code: str, message: str) -> dict[str, object]:
    """The ARM error body."""
    return {"error": {"code": code, "message": message}}


def refuse(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Refused:
    """An error in the ARM envelope; ``headers`` default to those of the gateway."""
    return Refused(Answer(status, envelope(code, message), GATEWAY if headers is None else headers))


def unauthenticated(tenant: str, why: str) -> Refused:
    """401 with the challenge that names the authority."""
    challenge = (
        f'Bearer authorization_uri="https://login.windows.net/{tenant}", error="invalid_token", '
        f'error_description="{why}"'
    )
    return refuse(401, "AuthenticationFailed", why, {**GATEWAY, "WWW-Authenticate": challenge})


def missing_api_version() -> Refused:
    """400: every request needs ``api-version``."""
    text = "The api-version query parameter (?api-version=) is required for all requests."
    return refuse(400, "MissingApiVersionParameter", text)


def bad_content(what: str) -> Refused:
    """400 for a body that the service cannot read."""
    return refuse(
        400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{what}'."
    )


def forbidden(client: str, action: str, scope: str) -> Refused:
    """403 AuthorizationFailed: names client, object id, action and scope."""
    text = (
        f"The client '{client}' with object id '{client}' does not have authorization to perform action '{action}' "
        f"over scope '{scope}' or the scope is invalid. "
        "If access was recently granted, please refresh your credentials."
    )
    return refuse(403, "AuthorizationFailed", text)


def no_subscription(subscription: str) -> Refused:
    """404 SubscriptionNotFound."""
    return refuse(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def no_group(group: str) -> Refused:
    """404 ResourceGroupNotFound."""
    return refuse(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def no_resource(kind: str, name: str, group: str) -> Refused:
    """404 ResourceNotFound."""
    text = f"The Resource '{kind}/{name}' under resource group '{group}' was not found."
    return refuse(404, "ResourceNotFound", text)


def no_child(name: str) -> Refused:
    """404 of a resource provider, for a thing inside a resource."""
    return refuse(404, "NotFound", f"The entity '{name}' was not found in this Azure location.", SERVICE)


def scope_locked(scope: str, operation: str, locked: Sequence[str]) -> Refused:
    """409 ScopeLocked: lists the locked scopes, not the locks."""
    scopes = ",".join(locked)
    text = (
        f"The scope '{scope}' cannot perform {operation} operation because following scope(s) are locked: "
        f"'{scopes}'. Please remove the lock and try again."
    )
    return refuse(409, "ScopeLocked", text)


def busy() -> Refused:
    """409 Conflict: Compute works on the resource already."""
    text = (
        "The request failed due to conflict with a concurrent request. To resolve it, please refer to "
        "https://aka.ms/activitylog to get more details on the conflicting requests."
    )
    return refuse(409, "Conflict", text, SERVICE)


def not_running(what: str) -> Refused:
    """409 OperationNotAllowed: it needs a running VM."""
    return refuse(409, "OperationNotAllowed", what, SERVICE)


def throttled(action: str, limit: int, seconds: int, *, header: bool = True) -> Refused:
    """429 ResourceRequestsThrottled: action, limit, interval and the seconds to wait are in the text."""
    text = (
        f"Number of requests for action '{action}' exceeded the limit of '{limit}' for time interval '01:00:00'. "
        f"Please try again after '{seconds}' seconds."
    )
    extra = {"Retry-After": str(seconds)} if header else {}
    return refuse(429, "ResourceRequestsThrottled", text, {**GATEWAY, **extra})
