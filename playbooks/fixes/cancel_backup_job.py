"""Cancel the VM's backup job that is still in progress. Azure does so only while the snapshot is taken."""

from playbooks.case import Case, owns
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.fixes._shared import refuse
from responder.azure.model import Job
from responder.errors import Conflict, Rejected
from responder.guards import is_running, may_cancel_job
from responder.incident import Risk
from responder.language import say
from responder.wire import plain

NAME = "cancel-backup-job"
RISKS = (Risk.DISRUPTIVE,)
IMPACT = "One backup job of this VM ends without a recovery point. The VM and its data are not touched."


def plan(case: Case) -> Plan:
    """The jobs of this item that run now; a job that Azure would not cancel any more forbids the plan.

    Source: Support matrix for Azure Backup, cancelling a job: only while the snapshot is taken.
    """
    running = [job for job in case.jobs() if is_running(job)]
    return Plan(fix=NAME, changes=[_change(case, _now(case, job.id)) for job in running])


def apply(case: Case, change: Change) -> Applied:
    """Ask for the cancellation, if the job still takes its snapshot."""
    job = _now(case, change.target)
    if not is_running(job):
        return _ended(job)
    if job.status == "Cancelling":
        return Applied(progress=Progress.STARTED, reason=say("The job is already being cancelled."))
    refused = may_cancel_job(job, mine=owns(case.subject.item, job))
    if refused:
        return refuse(refused)
    try:
        case.gateway.cancel_job(case.subject.item.vault, job.id)
    except (Conflict, Rejected) as late:  # the job has moved on meanwhile: the next try looks again
        return Applied(progress=Progress.FAILED, reason=f"{late.code}: {late.message}")
    return Applied(progress=Progress.STARTED)


def follow(case: Case, change: Change, _track: str | None) -> Applied:
    """Done once the job has ended, in whatever state: it is out of the way."""
    job = _now(case, change.target)
    return Applied(progress=Progress.STARTED, after=_state(job)) if is_running(job) else _ended(job)


def _change(case: Case, job: Job) -> Change:
    return Change(
        target=job.vault_job_id,
        risk=Risk.DISRUPTIVE,
        summary=say("Cancel backup job {job}, in progress since {moment}", job=job.id, moment=plain(job.started_at)),
        before=plain(job),
        undo=say("A cancelled job cannot go on: start a backup."),
        refused=may_cancel_job(job, mine=owns(case.subject.item, job)) if is_running(job) else None,
    )


def _now(case: Case, job: str) -> Job:
    return case.gateway.job(case.subject.item.vault, job.rpartition("/")[2])


def _ended(job: Job) -> Applied:
    return Applied(progress=Progress.DONE, reason=say("The job is {status}.", status=job.status), after=_state(job))


def _state(job: Job) -> dict[str, str]:
    return {"status": job.status}
