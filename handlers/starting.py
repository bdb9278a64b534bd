"""Sends requests that must not be sent twice: what was begun before is looked for, never sent again blindly.

An activity runs again when the host died before its answer was kept. What it was told is old then, and its request may
have been sent: the ``item`` entity is told before the first request, and asked before each.
"""

import asyncio
from datetime import datetime
from typing import TypeVar

import msgspec

from handlers import activities
from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.entities import Request
from handlers.keys import item_key
from handlers.messages import ApplyChange, StartBackup
from playbooks.case import Subject
from responder.wire import Wire, record, typed

T = TypeVar("T", bound=Wire)


async def start_backup(payload: object, client: DurableOrchestrationClient) -> object:
    """Ask for a backup; an attempt that was begun before reads the vault's jobs by itself, to find its job."""
    ask = _typed(payload, StartBackup)
    begun = ask is not None and ask.known is not None and await _begun(client, ask.subject, ask.attempt, ask.now)
    return await asyncio.to_thread(activities.start_backup, payload, begun_before=begun)


async def apply_change(payload: object, client: DurableOrchestrationClient) -> object:
    """Make a change; the fix decides what it means that it was begun before.

    Where Azure asked to be called later the change is asked for anew, at another time: that is no second execution.
    """
    ask = _typed(payload, ApplyChange)
    begun = ask is not None and await _begun(client, ask.subject, f"{ask.attempt} {ask.now.isoformat()}", ask.now)
    return await asyncio.to_thread(activities.apply_change, payload, begun_before=begun)


async def _begun(client: DurableOrchestrationClient, subject: Subject, attempt: str, now: datetime) -> bool:
    """Whether this attempt was begun before; if not, it is now."""
    entity = EntityId("item", item_key(str(subject.item)))
    state = await client.read_entity_state(entity)
    if state.entity_exists and attempt in (state.entity_state or {}).get("begun", {}):
        return True
    await client.signal_entity(entity, "begin", record(Request(incident="", now=now, job=attempt)))
    return False


def _typed(payload: object, kind: type[T]) -> T | None:
    try:
        return typed(payload, kind)
    except msgspec.ValidationError:
        return None  # the activity itself answers with what is wrong
