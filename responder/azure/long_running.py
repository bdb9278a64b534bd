"""What ARM works on for a while: operations that change something, and answers that take their time.

Sources: Microsoft Learn, "Track asynchronous Azure operations"; Azure REST API reference, "Network Interfaces - List
Effective Network Security Groups" (202 with Location).
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from responder.azure.calls import Calls
from responder.azure.model import LongAnswer, Operation
from responder.azure.translate import error_of, translated
from responder.dig import dig, text
from responder.errors import Rejected, Unavailable


class LongRunning(Calls):
    """Operations under way. Every method raises `ArmError`s."""

    @translated
    def operation(self, url: str) -> Operation:
        """State of a long-running operation, asked once.

        Raises:
            Rejected: the URL is not one of this ARM endpoint; the app's token goes nowhere else.
        """
        response = self._follow(url)
        if response.status_code == HTTPStatus.ACCEPTED or not response.text():
            accepted = response.status_code == HTTPStatus.ACCEPTED
            return Operation(status="InProgress" if accepted else "Succeeded")
        return _operation(response.json())

    @translated
    def long_answer(self, url: str) -> LongAnswer:
        """The answer that is ready at a URL, or where to ask again; asked once.

        Raises:
            Rejected: the URL is not one of this ARM endpoint, or the operation failed.
        """
        return awaited(self._follow(url), url)

    def _follow(self, url: str) -> Any:
        self._own(url)
        parts = urlsplit(url).path.split("/")
        if parts[1:2] != ["subscriptions"] or not parts[2:]:
            raise Rejected("The URL of an operation lies in a subscription.", code="ForeignOperation")
        return self._send(parts[2], "GET", url)


def started(response: Any) -> str | None:
    """The URL of the operation that a request has started; None if all was done at once."""
    if response.status_code != HTTPStatus.ACCEPTED:
        return None
    url = response.headers.get("Azure-AsyncOperation") or response.headers.get("Location")
    if not url:
        raise Unavailable("The request was accepted, but the answer names no operation.", status=HTTPStatus.ACCEPTED)
    return str(url)


def awaited(response: Any, url: str | None = None) -> LongAnswer:
    """What a request, or a question at ``url``, has brought so far."""
    if response.status_code == HTTPStatus.ACCEPTED:
        again = response.headers.get("Location") or url or started(response)
        return LongAnswer(url=again)
    if not response.text():
        raise Unavailable("ARM's answer is empty.", status=response.status_code)
    document = response.json()
    status = text(document, "status")
    return LongAnswer(body=document) if status is None else _of_status(document, status, url)


def _of_status(document: Mapping[str, Any], status: str, url: str | None) -> LongAnswer:
    """A status document in place of the answer: the answer is in its properties, once it is there."""
    operation = _operation(document)
    if operation.running and url:
        return LongAnswer(url=url)
    if status != "Succeeded":
        raise Rejected(operation.message or f"The operation ended as {status}.", code=operation.code)
    properties = dig(document, "properties")
    return LongAnswer(body=dig(properties, "output") or properties)


def _operation(document: Any) -> Operation:
    """A status document; the result itself, which stands at the Location, has no status and is a success."""
    status, (code, message) = text(document, "status"), error_of(document)
    if status is None and dig(document, "value") is not None:
        return Operation(status="Succeeded", output=document)
    output = dig(document, "properties", "output")
    return Operation(status=status or "InProgress", code=code, message=message, output=output)
