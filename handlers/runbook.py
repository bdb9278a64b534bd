"""Walks a playbook's runbook: fixes, ad hoc backups and waits, until the incident has its outcome."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from msgspec.structs import replace

from handlers.changes import Changes
from handlers.entities import Request
from handlers.hops import Flow, Hops, StepFailedError
from handlers.keys import item_key
from handlers.looking import Looking
from handlers.messages import Diagnose
from handlers.outcome import ChangeFailed, Ended, needs_human
from handlers.retries import Retries, is_expected
from handlers.watching import Watching
from playbooks.backup import JobReport
from playbooks.case import Subject
from playbooks.diagnosis import Diagnosis
from playbooks.model import BackupStep, Cause, FixStep, Step, WaitStep, seconds
from responder.azure.model import Job
from responder.ids import ItemId
from responder.incident import ActionState, FailedBackup, Mode, Outcome, Verdict
from responder.language import say

_FAILED_WITHIN = timedelta(hours=24)  # an alert comes within this time after its job has started
_PLAYBOOKS = 3  # how many playbooks one incident follows before a person is asked


_REFUSED = {"RecentlyRemediated": Outcome.NEEDS_HUMAN}  # another incident is at work otherwise: nothing is left to do


class Runbook:
    """One incident's way through its playbooks."""

    def __init__(self, hops: Hops, watching: Watching) -> None:
        self._hops, self._watching = hops, watching
        self._story = hops.story

    def follow(self, failure: FailedBackup) -> Flow[None]:
        """Diagnose and repair; a retry that fails, or is refused, with another code hands over to its playbook.

        Raises:
            Ended: always; it carries the outcome.
        """
        refused: str | None = None
        for _ in range(_PLAYBOOKS):
            self._story.step("diagnosing")
            diagnosis = yield from self._ready(failure, refused)
            failed = yield from Walk(self._hops, self._watching, diagnosis, failure).through()
            refused = None if failed.job else failed.code
            failure = _of_retry(failure, failed)
        text = say("{count} playbooks were followed and the backup still fails.", count=_PLAYBOOKS)
        raise needs_human("TooManyPlaybooks", text)

    def _ready(self, failure: FailedBackup, refused: str | None) -> Flow[Diagnosis]:
        """The diagnosis to act on, once the protected item is this incident's alone.

        Raises:
            Ended: nothing is to be done, or the item refuses.
        """
        diagnosis = yield from self._diagnose(failure, refused)
        if _acts(diagnosis):
            waited = yield from self._hold(diagnosis, asked=failure.run > 0)
            if waited:
                diagnosis = yield from self._diagnose(failure, refused)
        self._begin(diagnosis)
        return diagnosis

    def _diagnose(self, failure: FailedBackup, refused: str | None) -> Flow[Diagnosis]:
        """From the failed job as the activity reads it, or as the vault's watcher has read it."""
        since = (failure.occurred_at or self._hops.now) - _FAILED_WITHIN
        item = ItemId.parse(failure.item_id or "")
        jobs: list[Job] | None = None
        if failure.job_id:
            jobs = yield from self._watching.jobs(item, since=since, job=failure.job_id, details=True)
        job = next((entry for entry in jobs or [] if entry.id == failure.job_id), None)
        ask = Diagnose(failure=failure, now=self._hops.now, refused_with=refused, job=job, frugal=jobs is not None)
        diagnosis = yield from self._hops.ask("diagnose", ask, Diagnosis)
        return (yield from Looking(self._hops).complete(diagnosis))

    def _begin(self, diagnosis: Diagnosis) -> None:
        repeated = diagnosis.playbook is not None and diagnosis.playbook in self._story.incident.playbooks
        self._story.diagnosed(diagnosis)
        if diagnosis.stop:
            raise Ended(diagnosis.stop.outcome, diagnosis.stop.reason, diagnosis.stop.text)
        if diagnosis.conclusion:
            end = diagnosis.conclusion
            raise Ended(end.outcome, end.reason, end.text)
        if diagnosis.mode is Mode.READ_ONLY:
            text = say("Diagnosed; the mode is read-only, so nothing was changed.")
            raise Ended(Outcome.OBSERVED, "ReadOnly", text)
        if diagnosis.forbidden:
            raise Ended(Outcome.FAILED, "Forbidden", diagnosis.forbidden)
        if repeated:
            text = say("The backup failed with {code} again after its playbook was followed.", code=_code(diagnosis))
            raise needs_human("RepeatedFailure", text)

    def _hold(self, diagnosis: Diagnosis, *, asked: bool) -> Flow[bool]:
        """Take the item; answers whether that took time, in which the world may have changed."""
        key, limits = item_key(str(_subject(diagnosis).item)), diagnosis.limits
        request = Request(
            incident=self._hops.incident,
            now=self._hops.now,
            backoff_minutes=limits.backoff_minutes,
            pause_hours=limits.pause_hours,
            asked=asked,
        )
        waited = False
        while True:
            grant = yield from self._hops.grant("item", key, "hold", replace(request, now=self._hops.now))
            if grant.refused is None:
                self._hops.held_item = key
                return waited
            if grant.retry_at is None:
                self._story.diagnosed(diagnosis)
                outcome = _REFUSED.get(grant.refused.reason, Outcome.SKIPPED)
                raise Ended(outcome, grant.refused.reason, grant.refused.text)
            why = f"{grant.refused.reason}: {grant.refused.text}"
            self._story.wait("backing-off", why, self._hops.now, grant.retry_at)
            yield from self._hops.sleep_until(grant.retry_at)
            waited = True


class Walk:
    """The steps of one playbook's runbook, in order; a rerun leaves out what its earlier run has done."""

    def __init__(self, hops: Hops, watching: Watching, diagnosis: Diagnosis, failure: FailedBackup) -> None:
        self._hops, self._story, self._looking = hops, hops.story, Looking(hops)
        self._diagnosis, self._subject = diagnosis, _subject(diagnosis)
        self._first = _first_step(diagnosis, failure)
        if self._first:
            self._subject = replace(self._subject, cleanup_since=failure.cleanup_since)
        self._changes, self._retries = Changes(hops, watching, diagnosis), Retries(hops, watching, diagnosis)
        self._plans = {plan.fix: plan for plan in diagnosis.plans}
        self._actions = len(self._story.incident.actions)  # of earlier playbooks
        self._fresh = True  # nothing has happened since the diagnosis

    def through(self) -> Flow[JobReport]:
        """Answers with the failure that another playbook has to deal with.

        Raises:
            Ended: resolved, forbidden, or no step is left.
        """
        diagnosis = self._diagnosis
        if diagnosis.recovered_by:
            why = say("A later backup that the app did not start")
            yield from self._retries.watch(self._subject, diagnosis.recovered_by, why)
        for place, step in enumerate(diagnosis.runbook):
            if self._was_done(place, step):
                continue
            self._story.at(place)
            if isinstance(step, WaitStep):
                yield from self._wait(step)
            elif isinstance(step, FixStep):
                yield from self._fix(step)
            else:
                failed = yield from self._back_up(step)
                if failed:
                    return failed
            self._fresh = False
        self._story.at(None)
        raise self._exhausted()

    def _was_done(self, place: int, step: Step) -> bool:
        """Whether the earlier run of a rerun is past this step.

        A fix is made anew where its cause is there again and none of the later steps cures it.
        """
        if place >= self._first or not isinstance(step, FixStep):
            return place < self._first
        left = [other for other in self._diagnosis.runbook[self._first :] if isinstance(other, FixStep)]
        later = {cause for other in left for cause in other.cures}
        return not self._story.confirmed(*(cause for cause in step.cures if cause not in later))

    def _fix(self, step: FixStep) -> Flow[None]:
        if not self._story.confirmed(*step.cures):
            return
        try:
            yield from self._changes.make(step.fix, self._subject, self._plans.pop(step.fix, None))
        except ChangeFailed:
            if step.otherwise is None:
                raise
            yield from self._changes.make(step.otherwise, self._subject, None)

    def _back_up(self, step: BackupStep) -> Flow[JobReport | None]:
        """The failed job, unless the playbook counts on its failure."""
        if step.when and not self._story.confirmed(*step.when):
            return None
        yield from self._unblocked()
        failed = yield from self._retries.back_up(step, self._subject)
        if not is_expected(step, failed):
            return failed
        self._subject = replace(self._subject, cleanup_since=failed.ended_at or self._hops.now)
        return None

    def _unblocked(self) -> Flow[None]:
        """Another backup is pointless while a cause that blocks it stands; what was true before is looked at again.

        Raises:
            Ended: such a cause remains.
        """
        causes = [cause for cause in self._blocking() if self._story.confirmed(cause.id)]
        if causes and not self._fresh:
            yield from self._looking.at(self._subject, causes)
        left = [cause.id for cause in causes if self._story.confirmed(cause.id)]
        if left:
            raise needs_human("CauseRemains", " ".join(map(self._story.told, left)))

    def _blocking(self) -> list[Cause]:
        """What forbids another backup; that a failure keeps coming back does no more once something was cured."""
        cured = self._cured()
        return [cause for cause in self._diagnosis.causes if cause.blocks is True or (cause.blocks and not cured)]

    def _cured(self) -> bool:
        """Whether something was changed, or a cause of the diagnosis has gone by itself."""
        done = any(action.state is ActionState.DONE for action in self._story.incident.actions[self._actions :])
        found = [finding.cause for finding in self._diagnosis.findings if finding.verdict is Verdict.CONFIRMED]
        return done or not all(map(self._story.confirmed, found))

    def _wait(self, step: WaitStep) -> Flow[None]:
        """Look at the given ages; stop when the causes are ruled out. The last look also plans the next fix."""
        if step.when and not self._story.confirmed(*step.when):
            return
        hops, since = self._hops, self._hops.now
        causes = [cause for cause in self._diagnosis.causes if cause.id in step.until]
        moments = [since + timedelta(seconds=seconds(look)) for look in step.looks]
        for moment in moments:
            self._story.wait(step.name, step.why, since, moments[-1])
            yield from hops.sleep_until(moment)
            ahead = [step.ahead] if step.ahead and moment == moments[-1] else []
            if not causes and not ahead:
                continue
            plans = yield from self._looking.at(self._subject, causes, ahead)
            if causes and not self._story.confirmed(*step.until):
                return
            self._plans |= {plan.fix: plan for plan in plans}

    def _exhausted(self) -> Ended:
        """Why the app has no further step: a cause that it does not cure, or none that it could find."""
        left = [cause.id for cause in self._blocking() if self._story.confirmed(cause.id)]
        if left:
            return needs_human("CauseRemains", " ".join(map(self._story.told, left)))
        text = say("The playbook of {code} has no further step for the app.", code=_code(self._diagnosis))
        return needs_human("RunbookExhausted", text)


@contextmanager
def troubles_end_the_incident() -> Generator[None]:
    """A step that failed for good ends the incident as failed, with what was missing."""
    try:
        yield
    except StepFailedError as failed:
        raise Ended(Outcome.FAILED, failed.trouble.kind, failed.trouble.text) from failed


def _of_retry(failure: FailedBackup, failed: JobReport) -> FailedBackup:
    """The failure of an ad hoc backup. What a person asked for was about the first playbook alone, but for the mode."""
    job = failed.job or failure.job_id
    return replace(failure, job_id=job, code_hint=failed.code, playbook=None, from_step=0, from_playbook=None)


def _first_step(diagnosis: Diagnosis, failure: FailedBackup) -> int:
    """Where a rerun goes on: only in the playbook in which its earlier run ended, and if that still has such a step."""
    same = diagnosis.playbook is not None and diagnosis.playbook.code == failure.from_playbook
    return failure.from_step if same and failure.from_step < len(diagnosis.runbook) else 0


def _acts(diagnosis: Diagnosis) -> bool:
    """Whether the incident goes on after its diagnosis, and so needs the item."""
    over = diagnosis.stop or diagnosis.conclusion or diagnosis.forbidden
    return not over and diagnosis.mode is not Mode.READ_ONLY


def _code(diagnosis: Diagnosis) -> str:
    return diagnosis.playbook.code if diagnosis.playbook else say("no code")


def _subject(diagnosis: Diagnosis) -> Subject:
    if diagnosis.subject is None:
        message = "a diagnosis that does not stop has a subject"
        raise TypeError(message)
    return diagnosis.subject
