"""The receiver of reports, over HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.clock import Clock
from sandbox.inbox import Delivery, Inbox
from sandbox.scenario import InboxFault

Opened = tuple[Inbox, TestClient[web.Request, web.Application]]
Open = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    @asynccontextmanager
    async def serve(*faults: InboxFault) -> AsyncGenerator[Opened]:
        clock = Clock.create(tmp_path / "clock", start=datetime(2026, 10, 6, 1, 0, tzinfo=UTC))
        inbox, app = Inbox(clock, list(faults)), web.Application()
        inbox.add_routes(app)
        async with TestClient(TestServer(app)) as client:
            yield inbox, client
        clock.close()

    return serve


async def _post(client: TestClient[web.Request, web.Application], text: str, name: str | None = "msg-1") -> int:
    headers = {"Webhook-Id": name} if name else {}
    async with client.post("/hooks/report", data=text.encode(), headers=headers) as answer:
        return answer.status


async def test_a_message_is_kept_exactly_as_it_came(opened: Open) -> None:
    text = '{"type": "backup.incident.resolved",  "data": {"vm": "Zürich"}}\n'
    async with opened() as (inbox, client):
        assert await _post(client, text) == 202
        (kept,) = inbox.plain()
        assert kept["body"] == text
        assert kept["headers"]["webhook-id"] == "msg-1"
        assert kept["at"].startswith("2026-10-06T01:00")
        assert kept["attempts"] == 1


async def test_copies_are_dropped_by_their_id_and_counted(opened: Open) -> None:
    async with opened() as (inbox, client):
        for name in ("msg-1", "msg-2", "msg-1"):
            await _post(client, '{"type":"backup.incident.failed"}', name)
        assert [(entry.headers["webhook-id"], entry.attempts) for entry in inbox.received] == [
            ("msg-1", 2),
            ("msg-2", 1),
        ]


async def test_messages_without_an_id_are_all_kept(opened: Open) -> None:
    async with opened() as (inbox, client):
        for _ in range(3):
            await _post(client, "{}", None)
        assert len(inbox.received) == 3


async def test_refused_attempts_are_counted_but_nothing_is_kept_of_them(opened: Open) -> None:
    async with opened(InboxFault(status=500, times=2), InboxFault(status=429, retry_after=600)) as (inbox, client):
        assert [await _post(client, "{}") for _ in range(2)] == [500, 500]
        async with client.post("/hooks/x", data=b"{}", headers={"webhook-id": "msg-1"}) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "600")
        assert inbox.received == []
        assert await _post(client, "{}") == 202
        assert [entry.attempts for entry in inbox.received] == [4]


async def test_a_slow_answer_keeps_the_message_of_a_client_that_did_not_wait(opened: Open) -> None:
    async with opened(InboxFault(status=202, slow=0.05)) as (inbox, client):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await _post(client, "{}")
        await _post(client, "{}")
        await asyncio.sleep(0.1)
        assert [entry.attempts for entry in inbox.received] == [2]


async def test_reports_and_requests_are_told_apart_by_their_type(opened: Open) -> None:
    async with opened() as (inbox, client):
        for name, kind in (("a", "backup.approval.requested"), ("b", "backup.incident.resolved")):
            await _post(client, f'{{"type":"{kind}"}}', name)
        await _post(client, '{"note":"backup.incident.resolved"}', "c")
        assert [entry.headers["webhook-id"] for entry in inbox.reports] == ["b"]
        assert [entry.headers["webhook-id"] for entry in inbox.requests] == ["a"]


async def test_the_person_is_asked_once_and_decides_before_the_answer(opened: Open) -> None:
    asked: list[Delivery] = []

    async def person(delivery: Delivery) -> None:
        asked.append(delivery)

    async with opened() as (inbox, client):
        inbox.person = person
        for name in ("report", "request", "request"):
            kind = "backup.approval.requested" if name == "request" else "backup.incident.expired"
            await _post(client, f'{{"type":"{kind}"}}', name)
        assert [entry.headers["webhook-id"] for entry in asked] == ["request"]


async def test_the_list_shows_what_was_received(opened: Open) -> None:
    async with opened() as (inbox, client):
        await _post(client, "{}")
        async with client.get("/") as answer:
            listed: list[dict[str, Any]] = await answer.json()
        assert listed == inbox.plain()
