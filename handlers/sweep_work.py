"""What the sweep's functions do: begin a run, look with Azure's eyes, open incidents for what is seen."""

import asyncio
import logging
from collections.abc import Iterable

from handlers.boundary import answer
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.messages import Answer, Trouble
from handlers.start import open_incident, start_unless_alive
from handlers.sweep_flow import Begin, Broken, LookForBroken, Missing, Swept
from responder.incident import FailedBackup
from responder.notify.redact import redact
from responder.wire import record, typed

RUN = "sweep_run"
INSTANCE = "sweep"

_LIVE = {"Pending", "Running", "Suspended", "ContinuedAsNew"}
_AT_ONCE = 16  # connections to the store that one page uses
_LOG = logging.getLogger("responder")


async def begin(client: DurableOrchestrationClient, *, past_due: bool = False) -> None:
    """Start a run, unless one is on its way or nothing is in scope."""
    app = configured()
    if not app.scope:
        _LOG.info("sweep: nothing is in scope")
        return
    status = await client.get_status(INSTANCE, show_input=False)
    if status and status.runtime_status is not None and status.runtime_status.name in _LIVE:
        _LOG.warning("sweep: the run of %s is still on its way", status.created_time)
        return
    _LOG.info("sweep: begins%s", ", later than it was due" if past_due else "")
    await start_unless_alive(client, RUN, INSTANCE, record(Begin(first_hours=app.sweep_first_hours, broken=True)))


async def open_failed(payload: object, client: DurableOrchestrationClient) -> object:
    """Look for a page of failed jobs and open their incidents; an exception in between repeats the page."""
    from playbooks.sweep import Look, Page, look
    from responder.azure.gateway import Gateway

    app = configured()
    reply = await asyncio.to_thread(answer, payload, Look, lambda ask: look(Gateway(app), app, ask))
    told = typed(reply, Answer)
    if told.value is None:
        return _told(told)
    page = typed(told.value, Page)
    ours = await _open(client, page.failures)
    _log(page.way, page.why, page.unread, len(page.failures) - ours)
    swept = Swept(
        way=page.way,
        why=page.why,
        failed=len(page.failures) - ours,
        token=page.token,
        seen_until=page.seen_until,
        unread=page.unread,
        too_early=page.too_early,
    )
    return record(Answer(value=record(swept)))


async def open_overdue(payload: object, client: DurableOrchestrationClient) -> object:
    """Look for VMs without a good backup and open their incidents."""
    from playbooks.overdue import LookForOverdue, Seen, look
    from responder.azure.gateway import Gateway

    app = configured()
    reply = await asyncio.to_thread(answer, payload, LookForOverdue, lambda ask: look(Gateway(app), app, ask))
    told = typed(reply, Answer)
    if told.value is None:
        return _told(told)
    seen = typed(told.value, Seen)
    await _open(client, seen.failures)
    _LOG.info("sweep: %d VMs have no good backup, and no job says why", len(seen.failures))
    unseen = [redact(why) for why in seen.unseen]
    for why in unseen:
        _LOG.warning("sweep: VMs of a vault could not be looked at: %s", why)
    return record(Answer(value=record(Missing(overdue=len(seen.failures), unseen=unseen))))


async def send_on_broken(payload: object, client: DurableOrchestrationClient) -> object:
    """Look for incidents and signals that broke down, and send each on its way."""
    from handlers import reviving

    ask = typed(payload, LookForBroken)
    try:
        count = await reviving.look_after(client, ask.now)
    except Exception as error:  # noqa: BLE001  the trigger's boundary: whatever the store says, the next run asks again
        _LOG.exception("sweep: what broke down could not be looked for")
        text = redact(f"{type(error).__name__}: {error}")
        return record(Answer(trouble=Trouble(kind="Unexpected", text=text)))
    if count:
        _LOG.warning("sweep: %d orchestrations had broken down", count)
    return record(Answer(value=record(Broken(count=count))))


async def _open(client: DurableOrchestrationClient, failures: Iterable[FailedBackup]) -> int:
    """Open the incidents of all; answers how many are failures of the app's own retries, which have theirs."""
    gate, app = asyncio.Semaphore(_AT_ONCE), configured()

    async def one(failure: FailedBackup) -> bool:
        async with gate:
            return (await open_incident(client, failure, app)).ignored is not None

    return sum(await asyncio.gather(*map(one, failures)))


def _told(answered: Answer) -> object:
    """Why nothing was seen."""
    _LOG.warning("sweep: %s", answered.why or (answered.trouble.text if answered.trouble else "no answer"))
    return record(answered)


def _log(way: str, why: str | None, unread: list[str], failed: int) -> None:
    _LOG.info("sweep: %d failed jobs, from %s", failed, way)
    if why:
        _LOG.warning("sweep: the job lists were read, because Resource Graph said: %s", why)
    for vault in unread:
        _LOG.warning("sweep: the jobs of %s may not be read", vault)
