"""What all groups of gateway calls share: the clients, SDK models as the JSON they came from, plain requests.

Key Vault, Network, Monitor, Resource Health, Resource Graph and role assignments are asked through the pipeline of the
compute client: tokens, connections and errors as with every SDK call, without a further SDK package.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast
from urllib.parse import quote, urlencode, urlsplit

from responder.azure.clients import Clients
from responder.azure.importing import ALONE
from responder.dig import rows, text
from responder.errors import NotForChanges, Rejected, Unavailable

C = TypeVar("C", bound="Calls")
P = ParamSpec("P")
R = TypeVar("R")

PAGES = 50  # no list that this app asks for has more; a chain of links without an end is cut here
NONE: Mapping[str, str] = MappingProxyType({})


class Calls:
    """Base of every group of calls: reads are sent as one identity, changes as another one, or not at all."""

    def __init__(self, clients: Clients, changing: Clients | None = None) -> None:
        self._clients, self._changing = clients, changing

    @property
    def acting_as(self) -> str | None:
        """The identity as which requests are sent: ``diagnose`` or ``remediate``; None if one does all."""
        return self._clients.identity

    def as_changer(self) -> Self:
        """The same calls, sent as the identity that makes changes.

        Raises:
            NotForChanges: these calls were made for reading.
        """
        if self._changing is None:
            raise NotForChanges
        other = copy(self)
        other._clients = self._changing  # noqa: SLF001  its own copy
        return other

    def _ask(self, subscription: str, path: str, version: str, query: Mapping[str, str] = NONE) -> Mapping[str, Any]:
        """The JSON object that a GET answers; ``path`` comes from `responder.azure.places`."""
        return parsed(self._send(subscription, "GET", self._url(path, version, query)))

    def _send(self, subscription: str, method: str, url: str, content: object = None) -> Any:
        """The answer to one request.

        Raises:
            Rejected: the URL is not one of this ARM endpoint; the app's token goes nowhere else.
        """
        with ALONE:
            from azure.core.rest import HttpRequest

        self._own(url)
        client = self._clients.compute(subscription)
        response = client.send_request(HttpRequest(method, url, json=content))
        response.raise_for_status()
        return response

    def _pages(
        self, subscription: str, path: str, version: str, query: Mapping[str, str] = NONE, most: int = PAGES
    ) -> Iterator[Any]:
        """The rows of a list, page by page; it ends after ``most`` pages."""
        link: str | None = self._url(path, version, query)
        for _ in range(most):
            if link is None:
                return
            page = parsed(self._send(subscription, "GET", link))
            yield from rows(page, "value")
            link = text(page, "nextLink")

    def _url(self, path: str, version: str, query: Mapping[str, str] = NONE) -> str:
        """The URL of a path under this ARM endpoint."""
        asked = urlencode({"api-version": version, **query}, quote_via=quote, safe="$")
        return f"{self._clients.endpoint.rstrip('/')}{path}?{asked}"

    def _own(self, url: str) -> None:
        asked, ours = urlsplit(url), urlsplit(self._clients.endpoint)
        if (asked.scheme, asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
            raise Rejected(f"'{asked.hostname}' is not {self._clients.endpoint}.", code="ForeignAddress")


def changes(call: Callable[Concatenate[C, P], R]) -> Callable[Concatenate[C, P], R]:
    """A gateway call whose request asks for a change: it is sent as the identity that makes changes."""

    @wraps(call)
    def run(self: C, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return call(self.as_changer(), *args, **kwargs)

    return run


def parsed(response: Any) -> Mapping[str, Any]:
    """The JSON object in a response's body."""
    found = response.json()
    if not isinstance(found, Mapping):
        raise Unavailable("ARM's answer is not the object that was asked for.")
    return cast("Mapping[str, Any]", found)


def body(model: Any) -> Mapping[str, Any]:
    """The JSON of an SDK model, with numbers, words and odd times as the service wrote them.

    Models of azure-mgmt-resource-locks 1.0.0 are of the older generation, which only serialises.
    """
    if isinstance(model, Mapping):
        return model
    serialise = getattr(model, "serialize", None)
    if serialise is None:
        raise Unavailable("ARM's answer is not the object that was asked for.")
    serialised: Mapping[str, Any] = serialise(keep_readonly=True)
    return serialised


def identity(row: object) -> str:
    """The ARM id of a resource; an answer without one is no resource, whatever its status says."""
    found = text(row, "id")
    if found is None:
        raise Unavailable("ARM's answer is not the resource that was asked for.")
    return found


def answer(response: Any, *_: object) -> Any:
    """The HTTP response itself, for calls whose headers or status carry what the SDK drops."""
    return response.http_response
