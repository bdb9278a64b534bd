"""Whether a backup job of this VM is in progress."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import jobs
from playbooks.facts.times import hours, rfc3339, stamp
from playbooks.model import Cause
from responder.azure.model import Job
from responder.guards import is_running
from responder.incident import Evidence, Verdict
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed while a job runs; the service starts no second one.

    Source: Troubleshoot Azure VM backup failures, "UserErrorBackupOperationInProgress".
    """
    running = [job for job in case.jobs() if is_running(job)]
    return Seen(
        verdict=Verdict.CONFIRMED if running else Verdict.RULED_OUT,
        summary=_told(case, running[0]) if running else say("No backup job of this VM is running."),
        evidence=[_evidence(case, job) for job in running],
    )


def _told(case: Case, job: Job) -> str:
    span = jobs.length(job, case.now)
    if span is None:
        return say("Backup job {job} is in progress.", job=job.id)
    return say(
        "Backup job {job} is in progress for {hours} h, since {moment}.",
        job=job.id,
        hours=hours(span),
        moment=stamp(job.started_at),
    )


def _evidence(case: Case, job: Job) -> Evidence:
    span = jobs.length(job, case.now)
    value = {"startedAt": rfc3339(job.started_at), "hours": hours(span) if span is not None else None}
    return Evidence(what=say("job {status}", status=job.status), value=value, source=job.vault_job_id)
