"""The store's HTTP API, as far as a list of incidents needs it.

The SDK's own ``get_status_by`` gives the first page and drops the token of the next, so the API is asked directly.

Source: Durable Functions, "HTTP API reference", "Get all instances status"; azure-functions-durable 1.7.0,
``DurableOrchestrationClient.get_status_by`` and ``read_entity_state``.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from handlers.ledger import KEY, NAME, Ledger
from responder.dig import text
from responder.wire import parsed

if TYPE_CHECKING:
    from aiohttp import ClientSession

TOKEN = "x-ms-continuation-token"  # noqa: S105  the name of a header

_LOG = logging.getLogger("responder")
_PATIENCE = 60  # seconds for one request
_OK, _NOT_FOUND, _NO_SUCCESS = 200, 404, 300


class StorePage(NamedTuple):
    """One answer of the store's HTTP API."""

    body: bytes
    token: str | None


Fetch = Callable[[Mapping[str, str], str | None], Awaitable[StorePage]]
"""Asks the store: the query's fields and the token of the page before."""


class Store:
    """The store under the address that the host gives the app's own clients."""

    def __init__(self, session: "ClientSession", base: str) -> None:
        self._session, self._base = session, base

    async def page(self, fields: Mapping[str, str], token: str | None) -> StorePage:
        """A page of instances.

        Raises:
            OSError: the store did not answer, or answered with something else than a page.
        """
        headers = {TOKEN: token} if token else {}
        async with self._session.get(f"{self._base}instances/", params=fields, headers=headers) as answer:
            if answer.status >= _NO_SUCCESS:
                raise ConnectionError(f"The store answered {answer.status}.")
            return StorePage(await answer.read(), text(dict(answer.headers), TOKEN))

    async def book(self) -> Ledger | None:
        """The ledger; None where there is none, or none that can be read: a list is right without it, only slower.

        Raises:
            OSError: the store did not answer.
        """
        async with self._session.get(f"{self._base}entities/{NAME}/{KEY}") as answer:
            body = await answer.read()
        if answer.status != _OK:
            if answer.status != _NOT_FOUND:
                _LOG.warning("the ledger could not be read: the store answered %s", answer.status)
            return None
        try:
            return parsed(body, Ledger)
        except msgspec.DecodeError as error:
            _LOG.warning("the ledger could not be read: %s", error)
            return None


@asynccontextmanager
async def opened(base: str) -> AsyncGenerator[Store]:
    """The store; ``base``: see `handlers.durable.store_address`."""
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PATIENCE)) as session:
        yield Store(session, base)
