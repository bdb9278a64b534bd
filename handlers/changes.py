"""Makes the changes of a fix: planned, permitted, applied one by one, followed, and recorded whatever happens."""

from datetime import timedelta

from handlers import consent
from handlers.hops import Flow, Hops, StepFailedError
from handlers.messages import ApplyChange, Examine, FollowChange
from handlers.outcome import ChangeFailed, Ended, needs_human
from handlers.retries import Retries
from handlers.watching import Watching
from playbooks.case import Subject
from playbooks.diagnosis import Diagnosis, View
from playbooks.fixes import Applied, Change, Plan, Progress
from responder.incident import ActionState, Outcome
from responder.language import say

_TRIES = 3  # a deletion that times out usually works on the second or third try
_LOOKS = [timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 30)]
_LONGEST = timedelta(hours=6)  # one try of a long-running change
_PLANS = 3  # how often a plan is made anew because a job was in its way


class Changes:
    """Fixes of one diagnosis."""

    def __init__(self, hops: Hops, watching: Watching, diagnosis: Diagnosis) -> None:
        self._hops, self._story, self._watching = hops, hops.story, watching
        self._diagnosis = diagnosis
        self._limits = diagnosis.limits

    def make(self, fix: str, subject: Subject, plan: Plan | None) -> Flow[None]:
        """Make all changes of a fix, or none.

        Raises:
            ChangeFailed: it was tried and did not work.
            Ended: a law, a person or Azure forbids it.
        """
        plan = plan or (yield from self._plan(fix, subject))
        plan = yield from self._quiet(plan, subject)
        self._refuse(plan)
        if not plan.changes:
            return
        approved_by = yield from consent.obtain(self._hops, plan, self._diagnosis.mode, self._limits.approval_hours)
        yield from consent.permit(self._hops, changes=len(plan.changes), limit=self._limits.destructive_per_hour)
        self._story.step(fix)
        for change in plan.changes:
            yield from self._make_one(fix, subject, change, approved_by)

    def _plan(self, fix: str, subject: Subject) -> Flow[Plan]:
        self._story.step("planning")
        ask = Examine(subject=subject, causes=[], fixes=[fix], now=self._hops.now, frugal=self._hops.frugal)
        view = yield from self._hops.ask("examine", ask, View)
        return view.plans[0]

    def _quiet(self, plan: Plan, subject: Subject) -> Flow[Plan]:
        """Wait for the job that is in the plan's way; the plan is made anew when it has ended."""
        for _ in range(_PLANS):
            if plan.busy_job is None:
                return plan
            why = say("Waiting for a backup job that is already running")
            yield from Retries(self._hops, self._watching, self._diagnosis).watch(subject, plan.busy_job, why)
            plan = yield from self._plan(plan.fix, subject)
        raise needs_human("BackupRunning", say("Backup jobs kept running, so {fix} was not done.", fix=plan.fix))

    def _refuse(self, plan: Plan) -> None:
        if not plan.refusals:
            return
        for change in plan.changes:
            index = self._story.act(plan.fix, change, self._hops.now)
            why = change.refused
            state = ActionState.REFUSED if why else ActionState.SKIPPED
            reason = f"{why.reason}: {why.text}" if why else say("Another change of the same plan is forbidden.")
            self._story.acted(index, state=state, reason=reason, ended_at=self._hops.now)
        first = plan.refusals[0]
        raise needs_human(first.reason, first.text)

    def _make_one(self, fix: str, subject: Subject, change: Change, approved_by: str | None) -> Flow[None]:
        index = self._story.act(fix, change, self._hops.now, approved_by)
        applied = Applied(progress=Progress.FAILED)
        for attempt in range(1, _TRIES + 1):
            yield from self._still_permitted(index)
            self._story.acted(index, attempts=attempt, state=ActionState.STARTED)
            applied = yield from self._try(index, fix, subject, change)
            if applied.progress is Progress.DONE:
                self._finish(index, ActionState.DONE, applied)
                return
            if applied.progress is Progress.REFUSED:
                self._finish(index, ActionState.REFUSED, applied)
                raise _refused(applied)
            self._story.acted(index, after=applied.after, reason=applied.reason)
        self._finish(index, ActionState.FAILED, applied)
        raise ChangeFailed(say("{fix} failed {count} times: {why}", fix=fix, count=_TRIES, why=applied.reason))

    def _still_permitted(self, index: int) -> Flow[None]:
        """The switch stops also what was permitted before: earlier changes and tries take hours.

        Raises:
            Ended: the switch stayed off for a day.
        """
        try:
            yield from consent.permit(self._hops, changes=0, limit=self._limits.destructive_per_hour)
        except Ended as end:
            reason = f"{end.reason}: {end.summary}"
            self._story.acted(index, state=ActionState.SKIPPED, reason=reason, ended_at=self._hops.now)
            raise

    def _try(self, index: int, fix: str, subject: Subject, change: Change) -> Flow[Applied]:
        """Apply once and follow to the end of that try."""
        hops = self._hops
        try:
            tried = self._story.incident.actions[index].attempts
            ask = ApplyChange(
                fix=fix, subject=subject, change=change, now=hops.now, attempt=f"{hops.incident}-{fix}-{index}-{tried}"
            )
            applied = yield from hops.ask("apply_change", ask, Applied)
            deadline, looks, track = hops.now + _LONGEST, iter(_LOOKS), applied.track
            while applied.progress is Progress.STARTED and hops.now < deadline:
                yield from hops.sleep_until(hops.now + next(looks, _LOOKS[-1]))
                follow = FollowChange(fix=fix, subject=subject, change=change, now=hops.now, track=track)
                applied = yield from hops.ask("follow_change", follow, Applied)
        except StepFailedError as failed:
            raise self._failed(index, failed) from failed
        if applied.progress is Progress.STARTED:
            reason = say("Not done within {span}.", span=_LONGEST)
            return Applied(progress=Progress.FAILED, reason=reason, after=applied.after)
        return applied

    def _failed(self, index: int, failed: StepFailedError) -> Ended:
        trouble = failed.trouble
        state = ActionState.FORBIDDEN if trouble.kind == "Forbidden" else ActionState.FAILED
        self._story.acted(index, state=state, reason=trouble.text, ended_at=self._hops.now)
        return Ended(Outcome.FAILED, trouble.kind, trouble.text)

    def _finish(self, index: int, state: ActionState, applied: Applied) -> None:
        self._story.acted(index, state=state, after=applied.after, reason=applied.reason, ended_at=self._hops.now)


def _refused(applied: Applied) -> Ended:
    """What a fix tells of its refusal: the name of the reason comes first."""
    reason, _, text = (applied.reason or f"Refused: {say('a law forbids it')}").partition(": ")
    return needs_human(reason, text)
