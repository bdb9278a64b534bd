"""Azure Resource Graph.

Source: Azure REST API reference, "Resources - Resources" (API 2021-03-01). Its data is some minutes old, and it shows
only what the app's identity may read: an empty answer proves nothing by itself.
"""

from collections.abc import Mapping
from typing import Any, cast

from responder.azure import places
from responder.azure.calls import PAGES, Calls, parsed
from responder.azure.translate import translated
from responder.dig import dig, rows, text
from responder.errors import Unavailable

_API = "2021-03-01"


class Graph(Calls):
    """Questions over a whole subscription. Every method raises `ArmError`s."""

    @translated
    def query(self, subscription: str, kql: str) -> list[dict[str, Any]]:
        """The rows that a query finds in a subscription. Whoever puts names into a query quotes them with `quoted`."""
        url = self._url("/providers/Microsoft.ResourceGraph/resources", _API)
        found: list[dict[str, Any]] = []
        token: str | None = None
        for _ in range(PAGES):
            page = parsed(self._send(subscription, "POST", url, _question(subscription, kql, token)))
            found += _rows(page)
            token = text(page, "$skipToken")
            if token is None:
                break
        return found


def quoted(words: str) -> str:
    """A text as a literal of the query language, with its quotes."""
    escaped = words.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _question(subscription: str, kql: str, token: str | None) -> dict[str, Any]:
    options = {"resultFormat": "objectArray"} | ({"$skipToken": token} if token else {})
    return {"subscriptions": [places.segment(subscription)], "query": kql, "options": options}


def _rows(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(dig(page, "data"), list):
        raise Unavailable("Resource Graph's answer has no rows.")
    return [dict(cast("Mapping[str, Any]", row)) for row in rows(page, "data") if isinstance(row, Mapping)]
