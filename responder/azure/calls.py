"""What all groups of gateway calls share: the clients, and SDK models as the JSON they came from."""

from collections.abc import Mapping
from typing import Any

from responder.azure.clients import Clients
from responder.dig import text
from responder.errors import Unavailable


class Calls:
    """Base of every group of calls."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients


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
