"""Opens incidents: one for one failed job, however often and however fast it is told."""

import asyncio
from weakref import WeakValueDictionary

from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.keys import LOCATOR, ORCHESTRATOR, item_key, signal_id
from responder.ids import ItemId
from responder.incident import FailedBackup
from responder.settings import Settings
from responder.wire import Wire, record

_BY_A_PERSON, _BY_THE_SWEEP = "rerun", "sweep"  # sources of failures; the sweep looks after broken ones by itself

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

    orchestrator, name = ORCHESTRATOR, incident_id(failure)
    if await _is_own_retry(client, failure):
        return Opened(id=name, ignored="OwnRetry")
    if _names_no_job(failure):
        orchestrator, name = LOCATOR, signal_id(name)
    async with gate(name):
        status = await client.get_status(name, show_input=False)
        if not status:
            await start_unless_alive(client, orchestrator, name, _input(failure, app))
        elif is_broken(status) and failure.source != _BY_THE_SWEEP:
            await _send_on(client, name, failure, app)
    return Opened(id=name)


def gate(name: str) -> asyncio.Lock:
    """Whoever looks at an instance and then starts it does so alone, as far as this process goes."""
    return _gates.setdefault(name, asyncio.Lock())


async def _send_on(client: DurableOrchestrationClient, name: str, failure: FailedBackup, app: Settings) -> None:
    """One that broke down begins anew, once and whenever a person asks: if it had ended, its receipt knows.

    Not in the same run of the sweep in which it has just begun anew: whoever repairs a deployment gets that time.
    """
    from handlers import reviving

    await reviving.send_on(client, name, _input(failure, app) if failure.source == _BY_A_PERSON else None)


def is_broken(status: object) -> bool:
    """Whether an orchestration failed as a whole, so that nobody reported anything."""
    state = getattr(status, "runtime_status", None)
    return state is not None and state.name == "Failed"


def _names_no_job(failure: FailedBackup) -> bool:
    """A signal in which somebody has to find the job first; its incident is that of the job."""
    return bool(failure.vault_id and failure.not_after) and not (
        failure.job_id or failure.skip or failure.overdue_since
    )


def _input(failure: FailedBackup, app: Settings) -> dict[str, object]:
    """What the incident is about, and the settings that let it in (`handlers.incident_flow.Opened`)."""
    return {
        "failure": record(failure),
        "concurrent": app.concurrent_incidents,
        "startsPerHour": app.starts_per_hour,
        "jobReadsPerHour": app.job_reads_per_hour,
    }


async def start_unless_alive(client: DurableOrchestrationClient, orchestrator: str, name: str, body: object) -> None:
    """Start; an id that is already alive is a success, which the SDK reports as a bare exception."""
    try:
        await client.start_new(orchestrator, name, body)
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
