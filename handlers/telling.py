"""What the watcher's activities do: start a watcher, read each vault's jobs once, tell all incidents that wait."""

import asyncio
from typing import Any

from msgspec.structs import replace

from handlers.boundary import answer, metered
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.keys import WATCHER, watcher_id
from handlers.messages import Answer, CallWatcher, ReadJobs, Told
from handlers.start import start_unless_alive
from handlers.watching import Seen
from playbooks import vault_jobs
from playbooks.vault_jobs import Wanted
from responder.azure.gateway import Gateway
from responder.guards import in_scope
from responder.ids import VaultId
from responder.wire import Wire, record, typed

_AT_ONCE = 16  # connections that one instance uses to tell


class Found(Wire):
    """What was read, by the key of the look; how many reads that took, and for how long Azure wants rest."""

    seen: dict[str, Seen]
    reads: int = 0
    again_after: float | None = None


async def call_watcher(payload: object, client: DurableOrchestrationClient) -> object:
    """Start the watcher of a vault; that it runs already is as good."""
    ask = typed(payload, CallWatcher)
    name = watcher_id(ask.vault, ask.generation)
    if not await client.get_status(name, show_input=False):
        await start_unless_alive(client, WATCHER, name, record(ask))
    return record(Answer())


async def read_jobs(payload: object, client: DurableOrchestrationClient) -> object:
    """Read each vault once and tell everybody whose look that answers; the answer names them."""
    ask = typed(payload, ReadJobs)
    found = [await asyncio.to_thread(read_vault, part) for part in _by_vault(ask)]
    seen = {key: what for part in found for key, what in part.seen.items()}
    reads = sum(part.reads for part in found)
    rest = max((part.again_after or 0 for part in found), default=0)
    told = Told(keys=await _tell(client, ask, seen), reads=reads, again_after=rest or None)
    return record(Answer(value=record(told), job_reads=reads))


def _by_vault(ask: ReadJobs) -> list[ReadJobs]:
    """What is asked of each vault: trouble with one is no other's."""
    vaults = dict.fromkeys(look.vault.lower() for look in ask.looks)
    return [replace(ask, looks=[look for look in ask.looks if look.vault.lower() == vault]) for vault in vaults]


def read_vault(ask: ReadJobs) -> Found:
    """Read one vault's jobs; whoever is not answered waits on."""
    gateway = Gateway(configured())
    reply = typed(metered(answer(record(ask), ReadJobs, lambda part: _found(gateway, part)), gateway), Answer)
    if reply.trouble:
        trouble = Seen(trouble=reply.trouble)
        return Found(seen={look.key: trouble for look in ask.looks}, reads=reply.job_reads)
    found = typed(reply.value, Found) if reply.value else Found(seen={})
    return replace(found, reads=reply.job_reads, again_after=reply.again_after)


def _found(gateway: Gateway, ask: ReadJobs) -> Found:
    vault = VaultId.parse(ask.looks[0].vault) if ask.looks else None
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
