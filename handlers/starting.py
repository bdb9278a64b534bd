"""Sends the request for an ad hoc backup at most once without looking: what was begun before is looked for first.

An activity runs again when the host died before its answer was kept. What the vault's watcher had read is old then, and
the request may have been sent: the ``item`` entity is told before the first request, and asked before each.
"""

import asyncio

import msgspec

from handlers import activities
from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.entities import Request
from handlers.keys import item_key
from handlers.messages import StartBackup
from responder.wire import record, typed


async def start_backup(payload: object, client: DurableOrchestrationClient) -> object:
    """Ask for the backup; an attempt that was begun before reads the vault's jobs by itself."""
    begun_before = await _begin(payload, client)
    return await asyncio.to_thread(activities.start_backup, payload, begun_before=begun_before)


async def _begin(payload: object, client: DurableOrchestrationClient) -> bool:
    """Whether this attempt was begun before; only what relies on the watcher's reading needs to know."""
    try:
        ask = typed(payload, StartBackup)
    except msgspec.ValidationError:
        return True  # the activity itself answers with what is wrong
    if ask.known is None:
        return True
    entity = EntityId("item", item_key(str(ask.subject.item)))
    state = await client.read_entity_state(entity)
    if state.entity_exists and ask.attempt in (state.entity_state or {}).get("begun", {}):
        return True
    request = Request(incident="", now=ask.now, job=ask.attempt)
    await client.signal_entity(entity, "begin", record(request))
    return False
