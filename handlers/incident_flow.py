"""The life of an incident: opened once, walked through its playbooks, ended with one outcome, reported once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from handlers.breakdown import SETTLED, Breakdown, life
from handlers.durable import DurableOrchestrationContext
from handlers.ending import finish, leave, report, request
from handlers.entities import TICK, Receipt
from handlers.hops import Flow, Hops
from handlers.outcome import Ended
from handlers.runbook import Runbook, troubles_end_the_incident
from handlers.story import Story
from handlers.watching import Watching
from responder.ids import VaultId
from responder.incident import ActionState, FailedBackup, Outcome
from responder.language import say
from responder.notify.redact import redact
from responder.wire import Wire, record, typed

_RESOLVED = {Outcome.RESOLVED, Outcome.RESOLVED_WITH_WARNINGS}


_UNSEEN = {"Forbidden", "NotFound", "Rejected", "Conflict", "ScopeLocked", "Unavailable", "Unexpected"}


class Limits(Wire):
    """The settings by which an incident is let in, as they were when it was opened."""

    concurrent: int
    starts_per_hour: int = 0
    job_reads_per_hour: int = 55


class Opened(Limits):
    """Input of the incident orchestrator. ``breakdowns``: of the orchestrations that it follows, the oldest first."""

    failure: FailedBackup
    breakdowns: list[Breakdown] = []


def orchestrate(context: DurableOrchestrationContext) -> Flow[dict[str, Any]]:
    """One incident, whatever happens."""
    opened = typed(context.get_input(), Opened)
    now: datetime = context.current_utc_datetime
    began = min([now, *(one.began for one in opened.breakdowns)])
    hops = Hops(context, Story(context.instance_id, opened.failure, began))
    try:
        return (yield from live(hops, opened.failure, opened, opened.breakdowns))
    except Exception as error:  # noqa: BLE001  the trigger's boundary: a bug must end as a reported failure
        return (yield from _fail(hops, error))


def live(
    hops: Hops, failure: FailedBackup, limits: Limits, breakdowns: Sequence[Breakdown] = ()
) -> Flow[dict[str, Any]]:
    """From accepted to reported; answers with the ended incident.

    An incident that has ended before (a late redelivery replaced its orchestration) is returned as it ended, with
    nothing read, changed or posted again.
    """
    story = hops.story
    earlier = yield from hops.entity("receipt", story.incident.id, "open", request(hops), Receipt)
    if earlier.ended:
        hops.note("told-again", outcome=earlier.ended.outcome)
        yield from finish(hops, earlier.ended, breakdowns)
        return record(story.incident)
    yield from _settled(hops, breakdowns)
    end = yield from _work(hops, failure, limits)
    story.end(end.outcome, end.reason, end.summary, hops.now)
    yield from report(hops, story)
    return record(story.incident)


def _settled(hops: Hops, breakdowns: Sequence[Breakdown]) -> Flow[None]:
    """Begin anew after a breakdown, once what was sent before it must show itself: nothing may be sent twice."""
    if not breakdowns:
        return
    hops.life = life(breakdowns)
    hops.story.broke_down(breakdowns[-1], [one.wait for one in breakdowns])
    yield from hops.sleep_until(breakdowns[-1].at + SETTLED)


def _fail(hops: Hops, error: Exception) -> Flow[dict[str, Any]]:
    """A fault of the app itself ends the incident as failed, and is reported like any other end."""
    text = redact(f"{type(error).__name__}: {error}")
    end = Ended(Outcome.FAILED, "Unexpected", say("The app itself failed: {told}", told=text))
    hops.story.end(end.outcome, end.reason, end.summary, hops.now)
    yield from _let_go(hops, end)
    yield from report(hops, hops.story)
    return record(hops.story.incident)


def _work(hops: Hops, failure: FailedBackup, limits: Limits) -> Flow[Ended]:
    if failure.vault_id is None:
        return Ended(Outcome.UNRECOGNISED, failure.skip or "UnknownPayload", say("The payload was not understood."))
    if failure.skip in _UNSEEN:
        text = say("The signal named no job, and Azure did not let the app look for it.")
        return Ended(Outcome.FAILED, failure.skip, text)
    if failure.skip:
        return Ended(Outcome.SKIPPED, failure.skip, _skipped(failure.skip))
    yield from _enter(hops, failure, limits)
    watching = Watching(hops, failure.vault_id, limits.job_reads_per_hour)
    end = yield from _walk(Runbook(hops, watching), failure)
    yield from _let_go(hops, end)
    return end


def _skipped(reason: str) -> str:
    if reason == "NoFailedJob":
        return say("The signal named no job, and the vault shows no failed backup in its span of time.")
    if reason == "OutOfScope":
        return say("The signal's vault lies outside of RESPONDER_SCOPE.")
    return say("The alert is not about the backup of an Azure VM.")


def _let_go(hops: Hops, end: Ended) -> Flow[None]:
    """The item and the place among the concurrent incidents are free for others before the report is posted."""
    if hops.held_item:
        done = any(action.state is ActionState.DONE for action in hops.story.incident.actions)
        release = replace(request(hops), resolved=end.outcome in _RESOLVED, changed=done)
        yield from hops.grant("item", hops.held_item, "release", release)
        hops.held_item = None
    yield from leave(hops, end)


def _walk(runbook: Runbook, failure: FailedBackup) -> Flow[Ended]:
    try:
        with troubles_end_the_incident():
            yield from runbook.follow(failure)
    except Ended as end:
        return end
    return Ended(Outcome.FAILED, "NoOutcome", say("The runbook ended without an outcome."))


def _enter(hops: Hops, failure: FailedBackup, limits: Limits) -> Flow[None]:
    """Wait for a place among the concurrent incidents, then for the turn that keeps Azure from throttling."""
    vault = VaultId.parse(failure.vault_id or "")
    ask = replace(
        request(hops),
        limit=limits.concurrent,
        per_hour=limits.starts_per_hour,
        subscription=vault.subscription if vault else "",
    )
    while True:
        grant = yield from hops.grant("governor", "app", "enter", replace(ask, now=hops.now))
        if grant.refused is None:
            break
        until = grant.retry_at or hops.now + TICK
        hops.story.wait("waiting-for-a-place", f"{grant.refused.reason}: {grant.refused.text}", hops.now, until)
        yield from hops.sleep_until(until)
    if grant.start_at and grant.start_at > hops.now:
        why = say(
            "{count} incidents of a subscription begin in an hour, so that Azure does not throttle.",
            count=limits.starts_per_hour,
        )
        hops.story.wait("waiting-for-its-turn", why, hops.now, grant.start_at)
        yield from hops.sleep_until(grant.start_at)
