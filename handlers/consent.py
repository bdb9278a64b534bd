"""What a change needs before it is made: the mode's consent, a person's where it says so, and the governor's permit."""

from datetime import timedelta
from typing import Any

from handlers.entities import TICK, Request
from handlers.hops import Flow, Hops
from handlers.outcome import Ended, needs_human
from handlers.receivers import ask_people
from playbooks.fixes import Plan
from responder import guards
from responder.guards import Consent
from responder.incident import Approval, Mode, Outcome
from responder.language import say

_PATIENCE = timedelta(hours=24)  # how long a change waits for the switch or for the hour's cap


def obtain(hops: Hops, plan: Plan, mode: Mode, approval_hours: float) -> Flow[str | None]:
    """Who approved the plan; None where the mode needs nobody.

    Raises:
        Ended: never allowed, declined, or nobody decided in time.
    """
    wanted = guards.consent(plan.risk, mode)
    if wanted is Consent.NEVER:
        text = say("{fix} is never done by the app in mode {mode}.", fix=plan.fix, mode=mode)
        raise needs_human("ModeForbids", text)
    if wanted is Consent.GRANTED:
        return None
    return (yield from _ask_person(hops, plan, approval_hours))


def permit(hops: Hops, *, changes: int, limit: int) -> Flow[bool]:
    """Wait for the governor's permit for so many changes (0: an ad hoc backup); answers whether it had to wait.

    Raises:
        Ended: none came within a day.
    """
    give_up, waited = hops.now + _PATIENCE, False
    while True:
        incident, state = hops.story.incident.id, hops.story.incident.state
        ask = Request(incident=incident, now=hops.now, amount=changes, limit=limit)
        grant = yield from hops.grant("governor", "app", "permit", ask)
        if grant.refused is None:
            return waited
        waited = True
        if hops.now >= give_up:
            raise needs_human(grant.refused.reason, grant.refused.text)
        until = grant.retry_at or hops.now + TICK
        hops.story.wait("waiting-for-permit", f"{grant.refused.reason}: {grant.refused.text}", hops.now, until)
        yield from hops.sleep_until(until)
        hops.story.step(state)


def _ask_person(hops: Hops, plan: Plan, hours: float) -> Flow[str | None]:
    story, expires = hops.story, hops.now + timedelta(hours=hours)
    approval = Approval(
        event=f"decision-{len(story.incident.approvals) + 1}{hops.life}",
        fingerprint=plan.fingerprint,
        asked_at=hops.now,
        expires_at=expires,
        changes=[change.summary for change in plan.changes],
        fix=plan.fix,
        risk=plan.risk,
        impact=plan.impact,
        undo=[change.undo or "" for change in plan.changes],
    )
    story.ask(approval)
    yield from ask_people(hops, story.incident)
    decision = yield from hops.event(approval.event, expires)
    if decision is None:
        story.decided("expired", None, hops.now)
        text = say("Nobody decided about {fix} within {hours} hours.", fix=plan.fix, hours=f"{hours:g}")
        raise Ended(Outcome.EXPIRED, "NotDecided", text)
    told: dict[str, Any] = decision if isinstance(decision, dict) else {}
    by = str(told.get("by") or say("somebody"))
    if told.get("fingerprint") != plan.fingerprint or not told.get("approve"):
        story.decided("declined", by, hops.now)
        raise Ended(Outcome.DECLINED, "Declined", say("{by} declined {fix}.", by=by, fix=plan.fix))
    story.decided("approved", by, hops.now)
    return by
