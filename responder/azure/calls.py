"""What all groups of gateway calls share: the clients, and SDK models as the JSON they came from."""

from collections.abc import Mapping
from typing import Any

from responder.azure.clients import Clients


class Calls:
    """Base of every group of calls."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients


def body(model: Any) -> Mapping[str, Any]:  # noqa: ANN401  two generations of SDK models without a common base
    """The JSON of an SDK model, with numbers, words and odd times as the service wrote them.

    Models of azure-mgmt-resource-locks 1.0.0 are of the older generation, which only serialises.
    """
    if isinstance(model, Mapping):
        return model
    serialised: Mapping[str, Any] = model.serialize(keep_readonly=True)
    return serialised


def answer(response: Any, *_: object) -> Any:  # noqa: ANN401  the SDKs' ``cls`` callback
    """The HTTP response itself, for calls whose headers or status carry what the SDK drops."""
    return response.http_response
