"""Azure Resource Graph.

Source: Azure REST API reference, "Resources - Resources" (API 2021-03-01). Its data is some minutes old, and it shows
only what the app's identity may read: an empty answer proves nothing by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from responder.azure import places
from responder.azure.calls import PAGES, Calls, parsed
from responder.azure.translate import translated
from responder.dig import dig, rows, text
from responder.errors import Unavailable

MOST = 1000
"""Rows in a page, which is also what Resource Graph takes where nothing is said."""

_API = "2021-03-01"


class GraphPage(NamedTuple):
    """Some of the rows that a query finds; ``token`` asks for the next ones, None if there are no more."""

    rows: list[dict[str, Any]]
    token: str | None


class Graph(Calls):
    """Questions over whole subscriptions. Every method raises `ArmError`s."""

    @translated
    def query(self, subscription: str, kql: str) -> list[dict[str, Any]]:
        """The rows that a query finds in a subscription. Whoever puts names into a query quotes them with `quoted`."""
        return self._all([subscription], kql)

    @translated
    def query_all(self, subscriptions: Sequence[str], kql: str) -> list[dict[str, Any]]:
        """The rows that a query finds in several subscriptions; none in no subscription."""
        return self._all(subscriptions, kql)

    @translated
    def query_page(self, subscriptions: Sequence[str], kql: str, token: str | None, most: int = MOST) -> GraphPage:
        """A page of at most so many rows (1000 at the most). The query must project ``id``, or there is no next page.

        Source: Azure Resource Graph, "Working with large data sets", paging results.
        """
        return self._page(subscriptions, kql, token, most)

    def _all(self, subscriptions: Sequence[str], kql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        token: str | None = None
        for _ in range(PAGES):
            page = self._page(subscriptions, kql, token, MOST)
            found += page.rows
            token = page.token
            if token is None:
                break
        return found

    def _page(self, subscriptions: Sequence[str], kql: str, token: str | None, most: int) -> GraphPage:
        if not subscriptions:  # Azure would take an empty list for all that the identity sees
            return GraphPage([], None)
        url = self._url("/providers/Microsoft.ResourceGraph/resources", _API)
        page = parsed(self._send(subscriptions[0], "POST", url, _question(subscriptions, kql, token, most)))
        return GraphPage(_rows(page), text(page, "$skipToken"))


def quoted(words: str) -> str:
    """A text as a literal of the query language, with its quotes."""
    escaped = words.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _question(subscriptions: Sequence[str], kql: str, token: str | None, most: int) -> dict[str, Any]:
    options: dict[str, Any] = {"resultFormat": "objectArray"} | ({"$skipToken": token} if token else {})
    options |= {"$top": most} if most < MOST else {}
    return {"subscriptions": [places.segment(each) for each in subscriptions], "query": kql, "options": options}


def _rows(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(dig(page, "data"), list):
        raise Unavailable("Resource Graph's answer has no rows.")
    return [dict(cast("Mapping[str, Any]", row)) for row in rows(page, "data") if isinstance(row, Mapping)]
