"""How to read backup jobs."""

from datetime import datetime, timedelta

from playbooks.case import Case
from playbooks.facts.times import rfc3339
from responder.azure.model import Job
from responder.guards import is_running
from responder.incident import Evidence


def length(job: Job, now: datetime) -> timedelta | None:
    """How long a job took, or has run so far; None if it does not say."""
    ended = job.ended_at or (now if is_running(job) else None)
    return ended - job.started_at if ended and job.started_at else None


def started(case: Case) -> datetime:
    """When the failed job started; its end where it does not say."""
    return case.failed_job().started_at or case.subject.failed_at


def shown(job: Job, what: str) -> Evidence:
    """A job as evidence: its times, its state and its errors."""
    value = {
        "status": job.status,
        "startedAt": rfc3339(job.started_at),
        "endedAt": rfc3339(job.ended_at),
        "errors": [error.title or error.number for error in job.errors],
    }
    return Evidence(what=what, value=value, source=job.vault_job_id)
