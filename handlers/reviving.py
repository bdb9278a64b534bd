"""Orchestrations that broke down are sent on their way again: once they begin anew, then a person is told.

To begin anew is safe because what must happen once is kept by entities: who holds the VM, the attempts of its window
and the requests that were begun (``item``), changes and turns (``governor``), the end (``receipt``).
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from handlers.breakdown import Breakdown, Told
from handlers.durable import DurableOrchestrationClient, store_address
from handlers.keys import LOCATOR, ORCHESTRATOR, TELLER
from handlers.listing_store import Fetch, opened
from handlers.remains import Remains, remains
from handlers.start import gate, is_broken, start_unless_alive
from responder import logs
from responder.wire import Wire, parsed, record

SPAN = timedelta(days=10)
"""How long ago an orchestration may have begun: the longest one lives for eight days."""

_PREFIXES = ("inc-", "sig-")
_AT_ONCE = 8  # connections to the store that one look uses
_PAGE = 100  # instances that the store is asked for at once
_MOST_PAGES = 50  # of one look


class _Instance(Wire):
    instance_id: str = ""


async def look_after(client: DurableOrchestrationClient, now: datetime) -> int:
    """Send on all incidents and signals that are broken; answers how many there were.

    One that cannot be sent on holds up no other; it is there again at the next look.

    Raises:
        OSError: the store did not answer.
    """
    async with opened(store_address(client)) as store:
        names = await broken(store.page, now - SPAN)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str) -> None:
        async with turns:
            await _tried(client, name)

    await asyncio.gather(*map(one, names))
    return len(names)


async def broken(fetch: Fetch, since: datetime) -> list[str]:
    """Ids of the incidents and signals that failed as a whole and had begun since.

    Raises:
        OSError: the store did not answer.
        msgspec.DecodeError: its answer is no list of instances.
    """
    asked = {"runtimeStatus": "Failed", "createdTimeFrom": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
    fields = asked | {"showInput": "false", "top": str(_PAGE)}
    names: list[str] = []
    token: str | None = None
    for _ in range(_MOST_PAGES):
        page = await fetch(fields, token)
        names += [one.instance_id for one in parsed(page.body, list[_Instance])]
        token = page.token
        if token is None:
            break
    return [name for name in names if name.startswith(_PREFIXES)]


async def _tried(client: DurableOrchestrationClient, name: str) -> None:
    try:
        async with gate(name):
            await send_on(client, name)
    except Exception:  # noqa: BLE001  the trigger's boundary: the SDK's bare exceptions, and whatever one incident holds
        with logs.about(incident=name):
            logs.LOG.exception("sweep: what broke down could not be sent on")


async def send_on(client: DurableOrchestrationClient, name: str, asked: Mapping[str, Any] | None = None) -> None:
    """Let a broken orchestration begin anew if that is its first breakdown, else let a person be told.

    Whoever calls this holds the name's gate (`handlers.start.gate`).

    Args:
        client: of the store.
        name: of the instance; one that is not broken, or not any more, is left alone.
        asked: a person asks for it, with this as the input: it begins anew, however often it broke down before.
    """
    status = await client.get_status(name, show_history=True, show_history_output=True, show_input=True)
    if not is_broken(status):
        return
    left = remains(status)
    if left.orchestrator == TELLER and asked is None:
        _log(name, left, "told")
        await start_unless_alive(client, TELLER, name, left.given | {"breakdowns": record_all(_told_by(left))})
    elif left.orchestrator in {ORCHESTRATOR, LOCATOR, TELLER}:
        await _on(client, name, left, asked)


def _told_by(left: Remains) -> list[Breakdown]:
    """The breakdowns that were to be told, with whom the teller had told before it broke down itself."""
    *before, last = left.earlier or [left.last]
    return [*before, replace(last, posted=left.last.posted, taken=left.last.taken)]


async def _on(client: DurableOrchestrationClient, name: str, left: Remains, asked: Mapping[str, Any] | None) -> None:
    given = asked or (None if left.earlier else left.given)
    _log(name, left, "begins-anew" if given else "told")
    if given:
        orchestrator = LOCATOR if name.startswith("sig-") else ORCHESTRATOR
        await start_unless_alive(client, orchestrator, name, dict(given) | {"breakdowns": record_all(left.breakdowns)})
    else:
        await _tell(client, name, left)


async def _tell(client: DurableOrchestrationClient, name: str, left: Remains) -> None:
    """Start the teller under the incident's id, in place of what broke; of a signal under both ids, its own last."""
    told = Told(failure=left.failure, breakdowns=left.breakdowns)
    if name.startswith("sig-"):
        incident = f"inc-{name.removeprefix('sig-')}"
        if not await client.get_status(incident, show_input=False):
            await start_unless_alive(client, TELLER, incident, record(told))
        told = Told(failure=left.failure, breakdowns=left.breakdowns, incidents=[incident])
    await start_unless_alive(client, TELLER, name, record(told))


def record_all(breakdowns: list[Breakdown]) -> list[dict[str, Any]]:
    """The JSON form of all."""
    return cast("list[dict[str, Any]]", msgspec.to_builtins(breakdowns))


def _log(name: str, left: Remains, then: str) -> None:
    facts = {"orchestrator": left.orchestrator, "why": left.last.why, "times": len(left.breakdowns), "then": then}
    with logs.about(incident=name):
        logs.event("broke-down", logging.WARNING, **facts)
