"""Walks a playbook's runbook: fixes, ad hoc backups and waits, until the incident has its outcome."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from msgspec.structs import replace

from handlers.changes import Changes
from handlers.entities import Request
from handlers.hops import Flow, Hops, StepFailedError
from handlers.keys import item_key
from handlers.messages import Diagnose, Examine
from handlers.outcome import Ended, needs_human
from handlers.retries import Retries, is_expected
from playbooks.backup import JobReport
from playbooks.case import Subject
from playbooks.diagnosis import Diagnosis, View
from playbooks.fixes import Plan
from playbooks.model import FixStep, WaitStep, seconds
from responder.incident import FailedBackup, Mode, Outcome

_PLAYBOOKS = 3  # how many playbooks one incident follows before a person is asked


class Runbook:
    """One incident's way through its playbooks."""

    def __init__(self, hops: Hops) -> None:
        self._hops = hops
        self._story = hops.story

    def follow(self, failure: FailedBackup) -> Flow[None]:
        """Diagnose and repair; a retry that fails with another code hands over to that code's playbook.

        Raises:
            Ended: always; it carries the outcome.
        """
        for _ in range(_PLAYBOOKS):
            self._story.step("diagnosing")
            diagnosis = yield from self._hops.ask("diagnose", Diagnose(failure=failure, now=self._hops.now), Diagnosis)
            self._begin(diagnosis)
            yield from self._hold(diagnosis)
            failed = yield from self._walk(diagnosis)
            failure = replace(failure, job_id=failed.job, code_hint=failed.code)
        raise needs_human("TooManyPlaybooks", f"{_PLAYBOOKS} playbooks were followed and the backup still fails.")

    def _begin(self, diagnosis: Diagnosis) -> None:
        repeated = diagnosis.playbook is not None and diagnosis.playbook in self._story.incident.playbooks
        self._story.diagnosed(diagnosis)
        if diagnosis.stop:
            raise Ended(diagnosis.stop.outcome, diagnosis.stop.reason, diagnosis.stop.text)
        if diagnosis.mode is Mode.READ_ONLY:
            raise Ended(Outcome.OBSERVED, "ReadOnly", "Diagnosed; the mode is read-only, so nothing was changed.")
        if repeated:
            text = f"The backup failed with {_code(diagnosis)} again after its playbook was followed."
            raise needs_human("RepeatedFailure", text)

    def _hold(self, diagnosis: Diagnosis) -> Flow[None]:
        key = item_key(str(_subject(diagnosis).item))
        grant = yield from self._hops.grant("item", key, "hold", self._request())
        if grant.refused:
            raise Ended(Outcome.SKIPPED, grant.refused.reason, grant.refused.text)
        self._hops.held_item = key

    def _walk(self, diagnosis: Diagnosis) -> Flow[JobReport]:
        """All steps in order; answers with the job whose failure another playbook has to deal with."""
        hops, subject = self._hops, _subject(diagnosis)
        changes, retries = Changes(hops, diagnosis), Retries(hops, diagnosis)
        plans = {plan.fix: plan for plan in diagnosis.plans}
        if diagnosis.recovered_by:
            yield from retries.watch(subject, diagnosis.recovered_by, "A later backup that the app did not start")
        for step in diagnosis.runbook:
            if isinstance(step, WaitStep):
                plans |= yield from self._wait(step, diagnosis, subject)
            elif isinstance(step, FixStep):
                if self._story.confirmed(step.cures):
                    yield from changes.make(step.fix, subject, plans.pop(step.fix, None))
            else:
                failed = yield from retries.back_up(step, subject)
                if not is_expected(step, failed):
                    return failed
                subject = replace(subject, cleanup_since=failed.ended_at or hops.now)
        raise needs_human("RunbookExhausted", f"The playbook of {_code(diagnosis)} has no further step for the app.")

    def _wait(self, step: WaitStep, diagnosis: Diagnosis, subject: Subject) -> Flow[dict[str, Plan]]:
        """Look at the given ages; stop when the cause is ruled out. The last look also plans the next fix."""
        hops, since = self._hops, self._hops.now
        causes = [cause for cause in diagnosis.causes if cause.id == step.until]
        moments = [since + timedelta(seconds=seconds(look)) for look in step.looks]
        for moment in moments:
            self._story.wait(step.name, step.why, since, moments[-1])
            yield from hops.sleep_until(moment)
            ahead = [step.ahead] if step.ahead and moment == moments[-1] else []
            if not causes and not ahead:
                continue
            ask = Examine(subject=subject, causes=causes, fixes=ahead, now=hops.now)
            view = yield from hops.ask("examine", ask, View)
            self._story.found(view.findings)
            if step.until and not self._story.confirmed(step.until):
                return {}
            if ahead:
                return {plan.fix: plan for plan in view.plans}
        return {}

    def _request(self) -> Request:
        return Request(incident=self._story.incident.id, now=self._hops.now)


@contextmanager
def troubles_end_the_incident() -> Generator[None]:
    """A step that failed for good ends the incident as failed, with what was missing."""
    try:
        yield
    except StepFailedError as failed:
        raise Ended(Outcome.FAILED, failed.trouble.kind, failed.trouble.text) from failed


def _code(diagnosis: Diagnosis) -> str:
    return diagnosis.playbook.code if diagnosis.playbook else "no code"


def _subject(diagnosis: Diagnosis) -> Subject:
    if diagnosis.subject is None:
        message = "a diagnosis that does not stop has a subject"
        raise TypeError(message)
    return diagnosis.subject
