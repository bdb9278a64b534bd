"""Opens incidents: one for one failed job, however often and however fast it is told."""

import asyncio
from weakref import WeakValueDictionary

from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.keys import ORCHESTRATOR, item_key
from responder.ids import ItemId
from responder.incident import FailedBackup
from responder.settings import Settings
from responder.wire import Wire, record

_gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


class Opened(Wire):
    """The incident of a failed backup; ``ignored`` names why there is none."""

    id: str
    ignored: str | None = None


async def open_incident(client: DurableOrchestrationClient, failure: FailedBackup, app: Settings) -> Opened:
    """Start the incident unless it exists, running or ended: starting an ended id would replace it.

    Two instances of the app may still race past each other; the ``receipt`` entity makes the loser end as it began.
    """
    from responder.intake import incident_id

    name = incident_id(failure)
    if await _is_own_retry(client, failure):
        return Opened(id=name, ignored="OwnRetry")
    gate = _gates.setdefault(name, asyncio.Lock())
    async with gate:
        if not await client.get_status(name, show_input=False):
            await _start(client, name, {"failure": record(failure), "concurrent": app.concurrent_incidents})
    return Opened(id=name)


async def _start(client: DurableOrchestrationClient, name: str, body: object) -> None:
    """Start; an id that is already alive is a success, which the SDK reports as a bare exception."""
    try:
        await client.start_new(ORCHESTRATOR, name, body)
    except Exception:
        if not await client.get_status(name, show_input=False):
            raise


async def _is_own_retry(client: DurableOrchestrationClient, failure: FailedBackup) -> bool:
    """Whether the failed job is one that the app started itself: its failure belongs to that incident."""
    item = ItemId.parse(failure.item_id or "")
    if item is None or not failure.job_id:
        return False
    state = await client.read_entity_state(EntityId("item", item_key(str(item))))
    jobs = (state.entity_state or {}).get("jobs", {}) if state.entity_exists else {}
    return failure.job_id.lower() in {str(job).lower() for job in jobs}
