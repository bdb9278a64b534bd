"""Ad hoc backups: asked for once, never beside a running job, followed to a terminal state."""

from datetime import UTC, datetime, timedelta

from handlers import consent
from handlers.entities import Request
from handlers.hops import Flow, Hops, StepFailedError
from handlers.keys import item_key
from handlers.messages import FollowBackup, StartBackup
from handlers.outcome import Ended, needs_human
from handlers.watching import Watching
from playbooks.backup import JobReport, Start, Started, not_before, report
from playbooks.case import Subject
from playbooks.diagnosis import Diagnosis
from playbooks.fixes import Change, Plan
from playbooks.loader import normal
from playbooks.model import BackupStep
from responder.azure.model import Job
from responder.incident import Outcome, Risk
from responder.language import say

_LOOKS = [timedelta(minutes=minutes) for minutes in (2, 10, 20, 30)]
_LONGEST = timedelta(hours=72)  # the service ends a job that runs longer
_CLOCKS = timedelta(minutes=1)  # the service rounds what the filter of its job list says to seconds
_TURNS = 3  # how many foreign jobs are waited for before a person is asked
_UNCLEAR = {"Unavailable", "Throttled", "Unexpected"}  # troubles after which the request may still have taken effect
_BUSY = normal("UserErrorBackupOperationInProgress")


class Retries:
    """The ad hoc backups of one diagnosis."""

    def __init__(self, hops: Hops, watching: Watching, diagnosis: Diagnosis) -> None:
        self._hops, self._story, self._watching = hops, hops.story, watching
        self._mode, self._limits = diagnosis.mode, diagnosis.limits

    def back_up(self, step: BackupStep, subject: Subject) -> Flow[JobReport]:
        """Back the VM up and follow the job; answers with the job that failed.

        Raises:
            Ended: resolved, when a job that started after the failure completed; else what forbids the backup.
        """
        plan = Plan(fix="start-backup", changes=[_change(step, subject)])
        yield from consent.obtain(self._hops, plan, self._mode, self._limits.approval_hours)
        ours = yield from self._count_attempt(subject)
        for _ in range(_TURNS):
            started, job = yield from self._one(step, subject, ours)
            self._resolve(job, subject)
            if job.job is None:
                return _refused(job)
            if started is not Start.BUSY:
                if normal(job.code or "") != _BUSY:
                    return job
                ours = [*ours, job.job]  # it counts for the day's quota although another job was in its way
        text = say("Other backup jobs kept running, so no ad hoc backup could be made.")
        raise needs_human("BackupRunning", text)

    def watch(self, subject: Subject, job: str, why: str) -> Flow[None]:
        """Follow a job that the app did not start.

        Raises:
            Ended: resolved, if that job started after the failure and completed.
        """
        index = self._story.retry(why, self._hops.now)
        self._story.retried(index, adopted=True, job_id=job)
        report = yield from self._follow(index, subject, operation=None, job=job)
        self._resolve(report, subject)

    def _one(self, step: BackupStep, subject: Subject, ours: list[str]) -> Flow[tuple[Start, JobReport]]:
        hops, story = self._hops, self._story
        story.step("starting-backup")
        index = story.retry(step.purpose, hops.now)
        started = yield from self._start(index, subject, ours)
        if started.refused:
            story.retried(index, state="refused", message=started.refused.text)
            raise needs_human(started.refused.reason, started.refused.text)
        if started.start is Start.DENIED:
            story.retried(index, state="refused", code=started.code, message=started.message, ended_at=hops.now)
            denied = JobReport(status="Refused", ended=True, playbook=True, code=started.code, message=started.message)
            return started.start, denied
        story.retried(index, state="accepted", adopted=started.start is not Start.REQUESTED, job_id=started.job)
        report = yield from self._follow(index, subject, operation=started.operation, job=started.job)
        story.retried(index, expected_failure=not report.success and is_expected(step, report))
        return started.start, report

    def _start(self, index: int, subject: Subject, ours: list[str]) -> Flow[Started]:
        """Ask for the backup; the retry tells why that could not be done, whether or not Azure gave a clear answer."""
        hops = self._hops
        try:
            jobs = yield from self._fresh(subject)
            ask = StartBackup(
                subject=subject,
                wanted_at=hops.now,
                now=hops.now,
                attempt=f"{hops.incident}-{index}",
                ours=ours,
                known=jobs,
            )
            started = yield from hops.ask("start_backup", ask, Started)
        except Ended as end:
            self._story.retried(index, state="refused", message=end.summary, ended_at=hops.now)
            raise
        except StepFailedError as failed:
            state = "unclear" if failed.trouble.kind in _UNCLEAR else "refused"
            self._story.retried(index, state=state, message=failed.trouble.text, ended_at=self._hops.now)
            raise
        return started

    def _fresh(self, subject: Subject) -> Flow[list[Job] | None]:
        """The item's jobs right before a backup, then the switch's permit; looked at again if that had to wait."""
        while True:
            jobs = yield from self._watching.jobs(subject.item, since=_relevant(subject, self._hops.now))
            waited = yield from consent.permit(self._hops, changes=0, limit=self._limits.destructive_per_hour)
            if jobs is None or not waited:
                return jobs

    def _follow(self, index: int, subject: Subject, *, operation: str | None, job: str | None) -> Flow[JobReport]:
        hops, looks, known = self._hops, iter(_LOOKS), False
        deadline = hops.now + _LONGEST
        self._story.step("following-backup-job")
        if job is None:
            yield from hops.sleep_until(hops.now + next(looks))
        while True:
            ask = FollowBackup(subject=subject, now=hops.now, operation=operation, job=job)
            report = yield from self._look(ask, self._story.incident.retries[index].started_at)
            job = report.job or job
            self._story.followed(index, report)
            if job and not known:
                yield from self._adopt(subject, job)
                known = True
            if report.ended:
                return report
            if hops.now >= deadline:
                text = say("Backup job {job} has not ended within {days} days, 0:00:00.", job=job, days=_LONGEST.days)
                raise needs_human("JobNotEnded", text)
            yield from hops.sleep_until(hops.now + next(looks, _LOOKS[-1]))

    def _look(self, ask: FollowBackup, began: datetime) -> Flow[JobReport]:
        """How the backup stands: told by the vault's watcher, or read where the vault is quiet or does not show it."""
        jobs = yield from self._watching.jobs(ask.subject.item, since=began - _CLOCKS, job=ask.job)
        mine = [job for job in jobs or [] if job.id == ask.job or (ask.job is None and not_before(job, began))]
        if mine:
            return report(mine[0])
        return (yield from self._hops.ask("follow_backup", ask, JobReport))

    def _count_attempt(self, subject: Subject) -> Flow[list[str]]:
        grant = yield from self._hops.grant(
            "item",
            item_key(str(subject.item)),
            "attempt",
            Request(
                incident=self._story.incident.id,
                now=self._hops.now,
                limit=self._limits.attempts,
                window_hours=self._limits.window_hours,
            ),
        )
        if grant.refused:
            raise needs_human(grant.refused.reason, grant.refused.text)
        return grant.jobs

    def _adopt(self, subject: Subject, job: str) -> Flow[None]:
        request = Request(incident=self._story.incident.id, now=self._hops.now, job=job)
        yield from self._hops.grant("item", item_key(str(subject.item)), "adopt", request)

    def _resolve(self, job: JobReport, subject: Subject) -> None:
        """Law of the product: resolved only by a completed job that started after the failure.

        A job that completed with warnings, which are the very error that the incident is about, cured nothing.
        """
        if not job.success or job.started_at is None or job.started_at < subject.failed_at:
            return
        warnings = job.status != "Completed"
        if warnings and job.code and normal(job.code) == normal(subject.failed_code or ""):
            return
        outcome = Outcome.RESOLVED_WITH_WARNINGS if warnings else Outcome.RESOLVED
        text = say("Backup job {job}, started after the failure, is {status}.", job=job.job, status=job.status)
        raise Ended(outcome, None, text)


def _refused(report: JobReport) -> JobReport:
    """A request that ended without a job can only be dealt with if a playbook is about its code.

    Raises:
        Ended: there is none.
    """
    if not report.playbook:
        text = say("No backup job was made: {code}: {told}", code=report.code, told=report.message)
        raise Ended(Outcome.FAILED, "BackupNotStarted", text)
    return report


def is_expected(step: BackupStep, job: JobReport) -> bool:
    """Whether a failure is one that the playbook counts on."""
    return normal(job.code or "") in {normal(code) for code in step.expect}


def _relevant(subject: Subject, now: datetime) -> datetime:
    """Since when jobs matter to a new backup: the failure, the day of the quota, the longest that a job runs."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(subject.failed_at, today, now - _LONGEST)


def _change(step: BackupStep, subject: Subject) -> Change:
    summary = say("Start an ad hoc backup: {purpose}", purpose=step.purpose)
    return Change(target=str(subject.item), risk=Risk.SAFE, summary=summary)
