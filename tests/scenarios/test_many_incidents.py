"""Thousands of stored incidents: the newest are the newest, paging finds each once, and nobody waits for it."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bench.overview import GROWTH, look
from sandbox import scenario as scenarios
from sandbox.durable.store import Store
from sandbox.filling import DURABLE, fill
from sandbox.runner import Sandbox
from tests.scenarios.conftest import START, Make

STORED = 5000
_SLOW = 2.0  # seconds at the median; alone on a machine it is a tenth of that

pytestmark = pytest.mark.slow


@pytest.fixture
async def sandbox(sandbox_of: Make, tmp_path: Path) -> AsyncGenerator[Sandbox]:
    state = tmp_path / "state"
    fill(state, STORED, now=START)
    async with sandbox_of(scenarios.load("unknown-payload")) as running:
        yield running
    shutil.rmtree(state)  # a hundred megabytes


def _stored(sandbox: Sandbox) -> list[dict[str, Any]]:
    """What the list should be: all incidents as the store has them, the newest first."""
    store = Store(sandbox.state / DURABLE)
    rows = [
        {"id": one.id, "created": int(one.created)} | json.loads(one.output or "{}")
        for one in store.instances()
        if one.id.startswith("inc-")
    ]
    store.close()
    return sorted(rows, key=lambda row: (row["created"], row["id"]), reverse=True)


async def _page(session: ClientSession, base: str, **query: Any) -> dict[str, Any]:
    async with session.get(f"{base}/api/incidents", params=query) as answer:
        assert answer.status == 200
        return dict(await answer.json())


async def _pages(sandbox: Sandbox, **query: Any) -> list[str]:
    """The ids on all pages of a list."""
    ids: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = await _page(sandbox.client.session, sandbox.functions_url, **{**query, **more})
        ids += [row["id"] for row in page["incidents"]]
        if page["continuation"] is None:
            return ids
        more = {"continuation": page["continuation"]}


async def _alert(sandbox: Sandbox, number: int) -> str:
    """One more incident, now."""
    told = await sandbox.client.post_alert({"not": "understood", "number": number})
    return str(told["incidents"][0]["id"])


async def _counted(sandbox: Sandbox, new: list[str]) -> int:
    """How many incidents the ledger has counted, once it tells of the new ones."""
    kept: dict[str, Any] = {"days": {}, "recent": []}
    store = Store(sandbox.state / DURABLE)
    for _ in range(200):
        if {row["id"] for row in kept["recent"]} >= set(new):
            break
        await asyncio.sleep(0.05)
        entity = store.entity("@ledger@app")
        kept = json.loads(entity.state or "") if entity else kept
    store.close()
    return sum(sum(day["outcomes"].values()) for day in kept["days"].values())


async def test_paging_finds_each_once_also_while_new_ones_come(sandbox: Sandbox) -> None:
    expected = [row["id"] for row in _stored(sandbox)]
    first = await _page(sandbox.client.session, sandbox.functions_url, top=100)
    assert [row["id"] for row in first["incidents"]] == expected[:100]
    assert first["note"] is None
    new = [await _alert(sandbox, number) for number in range(3)]
    rest = await _pages(sandbox, top=100, continuation=first["continuation"])
    assert expected[:100] + rest == expected
    newest = await _page(sandbox.client.session, sandbox.functions_url, top=5)
    assert {row["id"] for row in newest["incidents"][:3]} == set(new)
    assert [row["id"] for row in newest["incidents"][3:]] == expected[:2]
    for name in new:
        await sandbox.client.wait_for_end(name, 60)
    assert await _counted(sandbox, new) == STORED + len(new)


async def test_filters_find_all_that_there_is(sandbox: Sandbox) -> None:
    stored = _stored(sandbox)
    vm = stored[-1]["vm"].rpartition("/")[2]
    for query, of in (
        ({"outcome": "declined"}, [row for row in stored if row["outcome"] == "declined"]),
        ({"vm": vm}, [row for row in stored if row["vm"].endswith(vm)]),
        (
            {"errorCode": "backupoverdue", "since": "2026-09-20"},
            [row for row in stored if _followed(row) == "BackupOverdue" and row["openedAt"] >= "2026-09-20"],
        ),
    ):
        assert await _pages(sandbox, top=50, **query) == [row["id"] for row in of]
    assert await _pages(sandbox, state="open") == []


def _followed(row: dict[str, Any]) -> str | None:
    return row["playbooks"][-1]["code"] if row["playbooks"] else None


async def test_nobody_waits_and_memory_stays_flat(sandbox: Sandbox) -> None:
    speed = await look(sandbox, rounds=5, looks=60)
    assert max(speed.overview, speed.newest, speed.second) < _SLOW
    assert speed.after - speed.before <= GROWTH
