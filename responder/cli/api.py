"""The app's HTTP API from outside: one request, one JSON answer, errors that say what to do. The key is never shown."""

import http.client
import json
import ssl
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from responder.dig import rows, text
from responder.errors import ApiError

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PATIENCE = 240.0  # seconds; the platform gives up after 230
_LARGEST = 16 * 1024 * 1024  # bytes of an answer
_SUCCESS = range(200, 300)
_NONE: Mapping[str, str] = MappingProxyType({})


class Place(NamedTuple):
    """Where the app answers, and the key that it wants."""

    url: SplitResult
    key: str | None


def place_of(url: str, key: str | None) -> Place:
    """Checks an address.

    Raises:
        ValueError: it is no web address, or a key would travel without TLS.
    """
    parts = urlsplit(url.strip().rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("The address must start with https:// and name a host.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("The address must start with https://, so that the key is not sent in the clear.")
    return Place(parts, key)


class Api:
    """The API of one app. Every method raises `ApiError`."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def get(self, path: str, query: Mapping[str, str] = _NONE) -> Any:
        """The JSON at a path below ``/api``."""
        return self._ask("GET", f"/api/{path}" + (f"?{urlencode(query)}" if query else ""), None)

    def post(self, path: str, body: object = None) -> Any:
        """The answer to some JSON."""
        return self._ask("POST", f"/api/{path}", body)

    def server_clock(self) -> str | None:
        """What the server's clock shows, as its answer to a request without a key has it (RFC 9110, ``Date``)."""
        status, content, date = self._sent("GET", "/api/health", None, with_key=False)
        if status not in _SUCCESS:
            raise ApiError(_refusal(status, _json(content), Place(self._place.url, None)), status=status)
        return date

    def decide(self, link: str, decision: str) -> Any:
        """Follow the link of a request for a decision. The link itself is the key, so that no other is sent.

        Raises:
            ApiError: also if the link does not lead to this app.
        """
        asked, ours = urlsplit(link), self._place.url
        if (asked.scheme, asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()) or not asked.query:
            raise ApiError(f"The link does not lead to {ours.netloc}. Copy the whole link from the request.")
        target = f"{asked.path.removeprefix(ours.path)}?{asked.query}"
        return self._ask("POST", target, {"decision": decision}, with_key=False)

    def _ask(self, method: str, target: str, body: object, *, with_key: bool = True) -> Any:
        status, content, _ = self._sent(method, target, body, with_key=with_key)
        answer = _json(content)
        if status in _SUCCESS and answer is not None:
            return answer
        raise ApiError(_refusal(status, answer, self._place), status=status, body=answer)

    def _sent(self, method: str, target: str, body: object, *, with_key: bool) -> tuple[int, bytes, str | None]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if with_key and self._place.key:
            headers["x-functions-key"] = self._place.key
        connection = self._connection()
        try:
            connection.request(method, self._place.url.path + target, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST), answer.getheader("Date")
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__
            raise ApiError(f"{self._place.url.netloc} cannot be reached ({why}). Check --url.") from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._place.url.hostname or "", self._place.url.port
        if self._place.url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=_PATIENCE)
        return http.client.HTTPSConnection(host, port, timeout=_PATIENCE, context=ssl.create_default_context())


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _refusal(status: int, answer: object, place: Place) -> str:
    """What an answer that is no success says, with the remedy."""
    code, message = text(answer, "error", "code"), text(answer, "error", "message")
    if status == http.HTTPStatus.UNAUTHORIZED:
        told = "was not accepted" if place.key else "is missing"
        return f"The key {told}. Set RESPONDER_KEY, or --key, to a host key of the app."
    if code is None:
        what = "nothing was found there" if status == http.HTTPStatus.NOT_FOUND else f"it answered {status}"
        return f"{place.url.netloc} is not the app, or cannot work now: {what}. Check --url."
    lines = [f"{code}: {message}"] + [f"  {_told(reason)}" for reason in rows(answer, "error", "reasons")]
    return "\n".join(lines if len(lines) > 1 and message else lines[:1])


def _told(reason: object) -> str:
    return f"{text(reason, 'field')}: {text(reason, 'message')} {text(reason, 'remedy') or ''}".rstrip()
