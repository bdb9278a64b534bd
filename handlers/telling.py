"""What the watcher's activities do: start a watcher, read the vault's jobs once, tell all incidents that wait."""

import asyncio
from typing import Any

from handlers.boundary import answer, metered
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.keys import WATCHER, watcher_id
from handlers.messages import Answer, CallWatcher, ReadJobs, Told
from handlers.watching import Seen
from playbooks import vault_jobs
from playbooks.vault_jobs import Wanted
from responder.azure.gateway import Gateway
from responder.guards import in_scope
from responder.ids import VaultId
from responder.wire import Wire, record, typed

_AT_ONCE = 16  # connections that one instance uses to tell


class Found(Wire):
    """What was read, by the key of the look."""

    seen: dict[str, Seen]


async def call_watcher(payload: object, client: DurableOrchestrationClient) -> object:
    """Start the watcher of a vault; that it runs already is as good."""
    ask = typed(payload, CallWatcher)
    name = watcher_id(ask.vault, ask.generation)
    if not await client.get_status(name, show_input=False):
        try:
            await client.start_new(WATCHER, name, record(ask))
        except Exception:
            if not await client.get_status(name, show_input=False):
                raise
    return record(Answer())


async def read_jobs(payload: object, client: DurableOrchestrationClient) -> object:
    """Read once and tell everybody whose look that answers; the answer names them."""
    reply = typed(await asyncio.to_thread(_read, payload), Answer)
    ask = typed(payload, ReadJobs)
    if reply.trouble:
        seen = {look.key: Seen(trouble=reply.trouble) for look in ask.looks}
    elif reply.value is None:
        return record(reply)
    else:
        seen = typed(reply.value, Found).seen
    told = await _tell(client, ask, seen)
    return record(Answer(value=record(Told(keys=told, reads=reply.job_reads)), job_reads=reply.job_reads))


def _read(payload: object) -> object:
    gateway = Gateway(configured())
    return metered(answer(payload, ReadJobs, lambda ask: _found(gateway, ask)), gateway)


def _found(gateway: Gateway, ask: ReadJobs) -> Found:
    vault = VaultId.parse(ask.vault)
    if vault is None or not in_scope(str(vault), configured().scope):
        return Found(seen={look.key: Seen() for look in ask.looks})  # the diagnosis says that it may not be read
    wanted = {
        look.key: Wanted(item=look.item, since=look.since, job=look.job, details=look.details) for look in ask.looks
    }
    found = vault_jobs.look(gateway, vault, wanted, ask.now, may_list=ask.may_list)
    return Found(seen={key: Seen(jobs=jobs) for key, jobs in found.items()})


async def _tell(client: DurableOrchestrationClient, ask: ReadJobs, seen: dict[str, Seen]) -> list[str]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def tell(incident: str, event: str, what: Seen) -> bool:
        async with gate:
            return await _raise(client, incident, event, record(what))

    looks = [look for look in ask.looks if look.key in seen]
    done = await asyncio.gather(*(tell(look.incident, look.event, seen[look.key]) for look in looks))
    return [look.key for look, good in zip(looks, done, strict=True) if good]


async def _raise(client: DurableOrchestrationClient, incident: str, event: str, what: dict[str, Any]) -> bool:
    """Whether this look is over: it was told, or its incident has ended. Else it is told at the next round."""
    try:
        await client.raise_event(incident, event, what)
    except Exception:  # noqa: BLE001  the SDK's bare exceptions: ended, unknown, or the store is down
        status = await client.get_status(incident, show_input=False)
        return not (status and status.runtime_status is not None and status.runtime_status.name in _LIVE)
    return True


_LIVE = {"Pending", "Running", "Suspended", "ContinuedAsNew"}
