"""Whether backups of this VM keep failing for the same reason, day after day."""

from datetime import date, datetime, timedelta

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import jobs, options
from playbooks.facts.times import stamp
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.loader import normal
from playbooks.model import Cause
from responder.azure.model import Job, JobError
from responder.guards import is_success
from responder.incident import Evidence
from responder.language import say

_DAYS = 3


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the same failure came on ``using.days`` (3) or more UTC days since the last completed job.

    Counted are jobs of the last seven days with the failed job's code or number: a failure that recurs is not cured
    by one more attempt.
    """
    days = int(options.number(cause, "days", _DAYS))
    done = _last_good(case)
    failed = [job for job in _alike(case) if job.started_at and (done is None or job.started_at > done)]
    evidence = [jobs.shown(job, say("failed job")) for job in failed]
    if not failed:
        looked = Evidence(what=say("jobs with the same failure"), value=0, source=case.path("backupJobs"))
        return cannot_tell(say("The vault's jobs of the last seven days do not show this failure."), [looked])
    dates = sorted({job.started_at.date() for job in failed if job.started_at})
    code = f" ({case.subject.failed_code})" if case.subject.failed_code else ""
    text = say(
        "The same failure{code} on {days}, last good backup {moment}.", code=code, days=_told(dates), moment=_good(done)
    )
    return confirmed(text, evidence) if len(dates) >= days else ruled_out(text, evidence)


def _alike(case: Case) -> list[Job]:
    """The jobs that failed, or completed with an error, and carry the code or a number of the job at hand."""
    failed = [job for job in case.jobs() if job.status.lower() == "failed" or _warned(job)]
    mine = [error for job in failed if job.id.lower() == case.subject.failed_job.lower() for error in job.errors]
    titles = {normal(title) for title in [case.subject.failed_code, *(error.title for error in mine)] if title}
    numbers = {error.number for error in mine if error.number}
    return [job for job in failed if any(_is_same(error, titles, numbers) for error in job.errors)]


def _is_same(error: JobError, titles: set[str], numbers: set[int]) -> bool:
    return normal(error.title) in titles if error.title else error.number in numbers


def _warned(job: Job) -> bool:
    """Completed with warnings that are errors: the snapshot was taken, its transfer to the vault failed."""
    return is_success(job) and job.status.lower() != "completed" and bool(job.errors)


def _last_good(case: Case) -> datetime | None:
    good = (job for job in case.jobs() if is_success(job) and not _warned(job))
    return max((job.started_at for job in good if job.started_at), default=None)


def _told(dates: list[date]) -> str:
    if len(dates) == 1:
        return say("one day ({date})", date=dates[0])
    if dates[-1] - dates[0] == timedelta(days=len(dates) - 1):
        return say("{count} days in a row ({first} to {last})", count=len(dates), first=dates[0], last=dates[-1])
    return say("{count} days ({first} to {last})", count=len(dates), first=dates[0], last=dates[-1])


def _good(done: datetime | None) -> str:
    return stamp(done) if done else say("more than seven days ago")
