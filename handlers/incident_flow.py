"""The life of an incident: opened once, walked through its playbooks, ended with one outcome, reported once."""

from datetime import datetime, timedelta
from typing import Any

from handlers.durable import DurableOrchestrationContext
from handlers.entities import TICK, Receipt, Request
from handlers.hops import Flow, Hops
from handlers.messages import Deliver
from handlers.outcome import Ended
from handlers.reporting import post
from handlers.runbook import Runbook, troubles_end_the_incident
from handlers.story import Story
from responder.incident import FailedBackup, Outcome
from responder.notify.redact import redact
from responder.wire import Wire, record, typed

_PATIENCE = timedelta(hours=24)  # how long a result waits for its receiver


class Opened(Wire):
    """Input of the incident orchestrator."""

    failure: FailedBackup
    concurrent: int


def orchestrate(context: DurableOrchestrationContext) -> Flow[dict[str, Any]]:
    """One incident, whatever happens."""
    opened = typed(context.get_input(), Opened)
    now: datetime = context.current_utc_datetime
    hops = Hops(context, Story(context.instance_id, opened.failure, now))
    try:
        return (yield from live(hops, opened.failure, opened.concurrent))
    except Exception as error:  # noqa: BLE001  the trigger's boundary: a bug must end as a reported failure
        return (yield from _fail(hops, error))


def live(hops: Hops, failure: FailedBackup, limit: int) -> Flow[dict[str, Any]]:
    """From accepted to reported; answers with the ended incident.

    An incident that has ended before (a late redelivery replaced its orchestration) is returned as it ended, with
    nothing read, changed or posted again.
    """
    story = hops.story
    earlier = yield from hops.entity("receipt", story.incident.id, "open", _request(hops), Receipt)
    if earlier.ended:
        return record(earlier.ended)
    end = yield from _work(hops, failure, limit)
    story.end(end.outcome, end.reason, end.summary, hops.now)
    yield from _report(hops, story)
    return record(story.incident)


def _fail(hops: Hops, error: Exception) -> Flow[dict[str, Any]]:
    """A fault of the app itself ends the incident as failed, and is reported like any other end."""
    text = redact(f"{type(error).__name__}: {error}")
    hops.story.end(Outcome.FAILED, "Unexpected", f"The app itself failed: {text}", hops.now)
    yield from _let_go(hops)
    yield from _report(hops, hops.story)
    return record(hops.story.incident)


def _work(hops: Hops, failure: FailedBackup, limit: int) -> Flow[Ended]:
    if failure.vault_id is None:
        return Ended(Outcome.UNRECOGNISED, failure.skip or "UnknownPayload", "The payload was not understood.")
    if failure.skip:
        return Ended(Outcome.SKIPPED, failure.skip, "The alert is not about the backup of an Azure VM.")
    yield from _enter(hops, limit)
    end = yield from _walk(Runbook(hops), failure)
    yield from _let_go(hops)
    return end


def _let_go(hops: Hops) -> Flow[None]:
    """The item and the place among the concurrent incidents are free for others before the report is posted."""
    if hops.held_item:
        yield from hops.grant("item", hops.held_item, "release", _request(hops))
        hops.held_item = None
    yield from hops.grant("governor", "app", "leave", _request(hops))


def _walk(runbook: Runbook, failure: FailedBackup) -> Flow[Ended]:
    try:
        with troubles_end_the_incident():
            yield from runbook.follow(failure)
    except Ended as end:
        return end
    return Ended(Outcome.FAILED, "NoOutcome", "The runbook ended without an outcome.")


def _enter(hops: Hops, limit: int) -> Flow[None]:
    while True:
        grant = yield from hops.grant("governor", "app", "enter", _request(hops, limit))
        if grant.refused is None:
            return
        until = grant.retry_at or hops.now + TICK
        hops.story.wait("waiting-for-a-place", grant.refused.text, hops.now, until)
        yield from hops.sleep_until(until)


def _report(hops: Hops, story: Story) -> Flow[None]:
    """Keep the ended incident first, then post it: a crash in between repeats the post, never the incident."""
    close = Request(incident=story.incident.id, now=hops.now, ended=story.incident)
    yield from hops.entity("receipt", story.incident.id, "close", close, Receipt)
    reported = yield from post(hops, Deliver(incident=story.incident, now=hops.now), patience=_PATIENCE)
    story.reported(reported)


def _request(hops: Hops, limit: int = 0) -> Request:
    return Request(incident=hops.story.incident.id, now=hops.now, limit=limit)
