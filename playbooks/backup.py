"""The ad hoc backup: started once, never while another job runs, found again by looking, followed to its end."""

from datetime import datetime, timedelta
from enum import StrEnum

from playbooks.case import Case
from playbooks.loader import Library
from responder.azure.model import Job
from responder.errors import Conflict, Rejected, ScopeLocked
from responder.guards import Refusal, is_running, is_success, within_quota
from responder.wire import Wire


class Start(StrEnum):
    """What asking for an ad hoc backup led to."""

    REQUESTED = "requested"  # the service accepted it; its job is named by the operation
    FOUND = "found"  # a job has started since we wanted one: ours after a crash, or the schedule's
    BUSY = "busy"  # another job runs: wait for it
    ALREADY_DONE = "already-done"  # a job that started after the failure has completed
    REFUSED = "refused"  # a law of the app forbids it
    DENIED = "denied"  # Azure said no, for a reason that a playbook is about


class Started(Wire):
    """Answer of `start`."""

    start: Start
    operation: str | None = None
    job: str | None = None
    refused: Refusal | None = None
    code: str | None = None
    message: str | None = None


class JobReport(Wire):
    """How a followed job stands. ``status`` is the service's word; ``ended`` says that it is final.

    ``playbook``: a request that made no job was refused with a code that a playbook is about.
    """

    status: str
    ended: bool = False
    success: bool = False
    playbook: bool = False
    job: str | None = None
    code: str | None = None
    number: int | None = None
    message: str | None = None
    recommendations: list[str] = []
    started_at: datetime | None = None
    ended_at: datetime | None = None


def start(case: Case, *, wanted_at: datetime, ours: list[str]) -> Started:
    """Ask for an ad hoc backup unless one runs, has succeeded, or has begun since ``wanted_at``.

    The request is sent once. Whoever asks again after a crash or an unclear answer passes the same ``wanted_at``,
    and gets the job that the first request made. ``ours``: ids of the ad hoc jobs that the app has started.
    Source: Back up Azure VMs with the REST API, "Trigger an on-demand backup".
    """
    jobs = case.jobs()
    done = next((job for job in jobs if is_success(job) and not_before(job, case.subject.failed_at)), None)
    if done:
        return Started(start=Start.ALREADY_DONE, job=done.id)
    begun = next((job for job in jobs if not_before(job, wanted_at)), None)
    if begun:
        return Started(start=Start.FOUND, job=begun.id)
    running = next((job for job in jobs if is_running(job)), None)
    if running:
        return Started(start=Start.BUSY, job=running.id)
    refused = within_quota(jobs, ours=ours, per_day=case.settings.on_demand_per_day, now=case.now)
    if refused:
        return Started(start=Start.REFUSED, refused=refused)
    return _request(case)


def follow(case: Case, *, operation: str | None, job: str | None) -> JobReport:
    """Look once how a requested or running backup stands.

    A request's operation that succeeded only means that its job exists; the job's own status decides.
    Source: azure-mgmt-recoveryservicesbackup, ``OperationStatusJobExtendedInfo``.
    """
    if job is None:
        asked = case.gateway.backup_operation(case.subject.item, operation or "")
        if asked.job_id is None:
            return JobReport(
                status=asked.status,
                ended=not asked.running,
                playbook=_has_playbook(case, asked.code),
                code=asked.code,
                message=asked.message,
            )
        job = asked.job_id
    return report(case.gateway.job(case.subject.item.vault, job))


def report(job: Job) -> JobReport:
    """What an incident keeps of a job: the first error that carries a code speaks for it."""
    first = next((error for error in job.errors if error.title), job.errors[0] if job.errors else None)
    return JobReport(
        status=job.status,
        ended=not is_running(job),
        success=is_success(job),
        job=job.id,
        code=(first.title or None) if first else None,
        number=first.number if first else None,
        message=first.text if first else None,
        recommendations=first.recommendations if first else [],
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


def _request(case: Case) -> Started:
    """Send the request once; a clear no had no effect, and may be what a playbook is about.

    Raises:
        ArmError: Azure refused for another reason, or it is not known whether the request took effect.
    """
    expires = case.now + timedelta(days=case.settings.on_demand_retention_days)
    try:
        return Started(start=Start.REQUESTED, operation=case.gateway.start_backup(case.subject.item, expires))
    except (Rejected, ScopeLocked, Conflict) as denied:
        if not _has_playbook(case, denied.code):
            raise
        return Started(start=Start.DENIED, code=denied.code, message=denied.message)


def _has_playbook(case: Case, code: str | None) -> bool:
    return code is not None and Library(case.settings.playbook_folder).by_code(code) is not None


def not_before(job: Job, moment: datetime) -> bool:
    """Whether a job started at a moment or later."""
    return job.started_at is not None and job.started_at >= moment
