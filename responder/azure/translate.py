"""Errors of azure-core as the errors of `responder.errors`, whatever body came with them."""

import json
import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from responder.azure.importing import ALONE
from responder.dig import dig, text
from responder.errors import (
    ArmError,
    ArmFacts,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    ScopeLocked,
    Throttled,
    Unavailable,
)
from responder.retry_after import retry_after_seconds

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError


class _Acting(Protocol):
    """Whoever sends requests as one identity."""

    @property
    def acting_as(self) -> str | None: ...


A = TypeVar("A", bound=_Acting)
P = ParamSpec("P")
R = TypeVar("R")

_ACTION = re.compile(r"action(?:\(s\))? '([^']+)'")
_LINKED = re.compile(r"following action(?:\(s\))? '([^']+)' on the linked scope(?:\(s\))? '([^']+)'")
_SCOPE = re.compile(r"(?:over|on) scope '([^']+)'")
_LOCKED = re.compile(r"scope\(s\) are locked: (.*)", re.DOTALL)
_QUOTED = re.compile(r"'([^']+)'")
_SECONDS = re.compile(r"(\d{1,6})'? ?seconds?\b")
_MINUTES = re.compile(r"(?:after|in|wait) '?(\d{1,4})'? ?minutes?\b")


def translated(call: Callable[Concatenate[A, P], R]) -> Callable[Concatenate[A, P], R]:
    """A gateway call whose every SDK error becomes an `ArmError`."""

    @wraps(call)
    def run(self: A, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with ALONE:
            from azure.core.exceptions import AzureError, DeserializationError, SerializationError

        try:
            return call(self, *args, **kwargs)
        except AzureError as error:
            raise arm_error(error, self.acting_as) from error
        except (DeserializationError, SerializationError, json.JSONDecodeError) as error:
            raise Unavailable(f"ARM's answer could not be read: {error}") from error

    return run


def arm_error(error: "AzureError", identity: str | None = None) -> ArmError:
    """The `ArmError` of an azure-core error; ``identity``: as which the request was sent, where there are two.

    Sources: azure-core 1.41.0, ``azure.core.exceptions``; Microsoft Learn, "Troubleshoot common Azure deployment
    errors"; bodies without the ARM envelope as Azure Backup and Compute write them on 5xx.
    """
    response = getattr(error, "response", None)
    if response is None:
        return _unanswered(error, identity)
    body = _body(response)
    code, message = _code(body), _message(body) or _status_line(response)
    facts = ArmFacts(status=response.status_code, code=code, path=_path(response.request))
    if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        action, scope = missing_right(message)
        return Forbidden(message, action=action, scope=scope, identity=identity, **facts)
    return _of_status(response, message, facts)


def _of_status(response: Any, message: str, facts: ArmFacts) -> ArmError:
    status = response.status_code
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(message, **facts)
    if status == HTTPStatus.CONFLICT:
        return _conflict(message, facts)
    if _may_succeed_later(status, facts):
        kind = Throttled if status == HTTPStatus.TOO_MANY_REQUESTS else Unavailable
        return kind(message, retry_after_seconds=_retry_after(response, message), **facts)
    return Rejected(message, **facts)


def _conflict(message: str, facts: ArmFacts) -> ArmError:
    if facts.get("code") == "ScopeLocked":
        return ScopeLocked(message, scopes=locked_scopes(message), **facts)
    return Conflict(message, **facts)


def _may_succeed_later(status: int, facts: ArmFacts) -> bool:
    """Throttling, faults of the service, and a success whose body makes no sense, such as a proxy's HTML page."""
    unreadable = status < HTTPStatus.MULTIPLE_CHOICES and facts.get("code") is None
    timed_out = status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    return unreadable or timed_out or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def missing_right(message: str) -> tuple[str | None, str | None]:
    """Action and scope that an ``AuthorizationFailed`` text names, or those of the linked scope that it names."""
    if linked := _LINKED.search(message):
        return linked[1], linked[2]
    action, scope = _ACTION.search(message), _SCOPE.search(message)
    return action and action[1], scope and scope[1]


def locked_scopes(message: str) -> tuple[str, ...]:
    """The locked scopes that a ``ScopeLocked`` text names."""
    found = _LOCKED.search(message)
    return tuple(_QUOTED.findall(found[1])) if found else ()


def seconds_in(message: str) -> float | None:
    """How long a throttling text asks to wait; the longest time it names."""
    waits = [float(count) for count in _SECONDS.findall(message)]
    waits += [60 * float(count) for count in _MINUTES.findall(message)]
    return max(waits, default=None)


def _retry_after(response: Any, message: str) -> float | None:
    asked = retry_after_seconds(response.headers)
    return seconds_in(message) if asked is None else asked


def _unanswered(error: "AzureError", identity: str | None) -> ArmError:
    with ALONE:
        from azure.core.exceptions import ClientAuthenticationError

    message = str(error.message or error)
    if isinstance(error, ClientAuthenticationError):
        whose = f" (identity {identity})" if identity else ""
        return Unavailable(f"no token from the identity endpoint{whose}: {message}")
    return Unavailable(f"no answer: {message}")


def _body(response: Any) -> object:
    try:
        return json.loads(response.text())
    except (ValueError, AttributeError, RuntimeError):  # no JSON, or a stream that was never read
        return None


def _code(body: object) -> str | None:
    return text(body, "error", "code") or text(body, "code") or text(body, "ErrorCode") or text(body, "error")


def _message(body: object) -> str | None:
    return (
        text(body, "error", "message")
        or text(body, "message")
        or text(body, "Message", "Value")
        or text(body, "error_description")
    )


def _status_line(response: Any) -> str:
    return f"HTTP {response.status_code} {response.reason or ''} without a readable error".replace("  ", " ")


def _path(request: Any) -> str:
    return f"{request.method} {unquote(urlsplit(request.url).path)}"


def error_of(body: object) -> tuple[str | None, str | None]:
    """Code and message that the status document of a long-running operation holds."""
    return text(dig(body, "error"), "code"), text(dig(body, "error"), "message")
