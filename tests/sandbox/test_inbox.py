"""The receiver of reports, over HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectorError, ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.clock import Clock
from sandbox.inbox import Delivery, Inbox
from sandbox.port import Port
from sandbox.scenario import InboxFault

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
Opened = tuple[Inbox, TestClient[web.Request, web.Application]]
Open = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Clock]:
    clock = Clock.create(tmp_path / "clock", start=START)
    yield clock
    clock.close()


@pytest.fixture
def opened(clock: Clock) -> Open:
    @asynccontextmanager
    async def serve(*faults: InboxFault) -> AsyncGenerator[Opened]:
        inbox, app = Inbox(clock, list(faults)), web.Application()
        inbox.add_routes(app)
        async with TestClient(TestServer(app)) as client:
            yield inbox, client

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
        async with client.post("/hooks/report", data=b"{}", headers={"webhook-id": "msg-1"}) as answer:
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


async def test_copies_that_were_accepted_again_are_counted(opened: Open) -> None:
    async with opened(InboxFault(status=500)) as (inbox, client):
        for _ in range(3):
            await _post(client, "{}")
        assert [(entry.attempts, entry.taken) for entry in inbox.received] == [(3, 2)]


async def test_a_mood_lasts_for_a_span_of_virtual_time_from_its_turn_on(opened: Open, clock: Clock) -> None:
    first, second = InboxFault(status=503), InboxFault(status=410, for_minutes=60)
    async with opened(first, second, InboxFault(status=429)) as (_, client):
        clock.leap_to(START + timedelta(minutes=30))
        assert [await _post(client, "{}") for _ in range(4)] == [503, 410, 410, 410]
        clock.leap_to(START + timedelta(minutes=89))
        assert await _post(client, "{}") == 410
        clock.leap_to(START + timedelta(minutes=91))
        assert [await _post(client, "{}") for _ in range(2)] == [429, 202]


async def test_spans_follow_each_other_without_a_gap(opened: Open, clock: Clock) -> None:
    async with opened(InboxFault(status=503, for_minutes=30), InboxFault(status=500, for_minutes=30)) as (_, client):
        clock.leap_to(START + timedelta(minutes=59))
        assert await _post(client, "{}") == 500
        clock.leap_to(START + timedelta(minutes=61))
        assert await _post(client, "{}") == 202


async def test_a_silent_receiver_takes_the_connection_and_no_message(opened: Open) -> None:
    async with opened(InboxFault(mood="silent")) as (inbox, client):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await _post(client, "{}")
        assert inbox.received == []


async def test_a_dripping_receiver_takes_longer_than_anybody_waits(opened: Open) -> None:
    async with opened(InboxFault(mood="drip")) as (inbox, client):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await _post(client, "{}")
        assert [entry.taken for entry in inbox.received] == [1]


async def test_a_teams_workflow_hides_its_429(opened: Open) -> None:
    async with opened(InboxFault(mood="throttled-in-200")) as (inbox, client):
        async with client.post("/hooks/report", data=b"{}") as answer:
            assert (answer.status, "returned HTTP error 429" in await answer.text()) == (200, True)
        assert inbox.received == []


def test_a_closed_port_needs_a_span_of_time() -> None:
    with pytest.raises(ValueError, match="for_minutes"):
        InboxFault(mood="closed")


async def test_a_closed_port_refuses_and_opens_under_the_same_number(clock: Clock) -> None:
    moods = [InboxFault(mood="closed", for_minutes=5), InboxFault(status=500), InboxFault(mood="closed", for_minutes=5)]
    inbox, app = Inbox(clock, moods), web.Application()
    inbox.add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    port = Port(runner, lambda: inbox.moods.closed)
    number = await port.open(watch=inbox.moods.may_close)
    seen = [await _connect(number)]
    clock.leap_to(START + timedelta(minutes=6))
    seen.append(await _connect(number, until="500"))
    seen.append(await _connect(number, until="refused"))
    clock.leap_to(clock.now() + timedelta(minutes=6))
    seen.append(await _connect(number, until="202"))
    await port.close()
    await runner.cleanup()
    assert seen == ["refused", "500", "refused", "202"]
    assert inbox.moods.may_close


async def _connect(number: int, until: str | None = None) -> str:
    """What one attempt comes to; the port follows its mood within a glance."""
    told = ""
    for _ in range(200):
        async with ClientSession() as session:
            try:
                async with session.post(f"http://127.0.0.1:{number}/hooks/report", data=b"{}") as answer:
                    told = str(answer.status)
            except ClientConnectorError:
                told = "refused"
        if until in {None, told}:
            break
        await asyncio.sleep(0.01)
    return told
