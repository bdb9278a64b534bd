"""The store over HTTP: pages with their tokens, a ledger that helps and never stands in the way."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handlers.ledger import Day, Ledger
from handlers.listing import listed
from handlers.listing_query import Query
from handlers.listing_store import TOKEN, opened
from responder.wire import plain


class Hub:
    """A store that answers as it is told to."""

    def __init__(self) -> None:
        self.ledger: web.Response = web.Response(status=404)
        self.status = 200
        self.asked: list[str] = []

    async def instances(self, request: web.Request) -> web.Response:
        token = request.headers.get(TOKEN)
        self.asked.append(f"{request.query.get('instanceIdPrefix')} {token}")
        rows = [{"instanceId": f"inc-{len(self.asked)}", "createdTime": f"2026-10-06T01:00:0{len(self.asked)}Z"}]
        return web.json_response(rows, status=self.status, headers={} if token else {TOKEN: "second"})

    async def entity(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        answer, self.ledger = self.ledger, web.Response(status=404)
        return answer


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
async def base(hub: Hub) -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_get("/durabletask/instances/", hub.instances)
    app.router.add_get("/durabletask/entities/{name}/{key}", hub.entity)
    async with TestServer(app) as server:
        yield str(server.make_url("/durabletask/"))


async def test_pages_are_asked_for_with_the_token_of_the_one_before(hub: Hub, base: str) -> None:
    found = await listed(base, Query())
    assert [row.id for row in found.rows] == ["inc-3", "inc-2"]
    assert hub.asked == ["/durabletask/entities/ledger/app", "inc- None", "inc- second"]


async def test_what_is_open_needs_no_ledger(hub: Hub, base: str) -> None:
    await listed(base, Query(state="open"))
    assert hub.asked == ["inc- None", "inc- second"]


async def test_a_store_that_refuses_is_told(hub: Hub, base: str) -> None:
    hub.status = 500
    with pytest.raises(ConnectionError, match="answered 500"):
        await listed(base, Query())


async def test_the_ledger_is_read(hub: Hub, base: str) -> None:
    kept = Ledger(days={"2026-10-06": Day(outcomes={"resolved": 3}, alone=2, asked=3)}, counted=["a"])
    hub.ledger = web.json_response(plain(kept))
    async with opened(base) as store:
        assert await store.book() == kept
        assert await store.book() is None


@pytest.mark.parametrize(
    "answer",
    [{"text": "no json"}, {"text": '{"days": 7}'}, {"text": "null"}, {"text": "", "status": 500}],
)
async def test_a_list_is_shown_without_a_ledger_that_can_be_read(hub: Hub, base: str, answer: dict[str, Any]) -> None:
    hub.ledger = web.Response(**answer)
    assert len((await listed(base, Query())).rows) == 2
