"""Whether a backup job of this VM is in progress."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.model import Cause
from responder.guards import is_running
from responder.incident import Evidence, Verdict
from responder.wire import plain


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed while a job runs; the service starts no second one.

    Source: Troubleshoot Azure VM backup failures, "UserErrorBackupOperationInProgress".
    """
    running = [job for job in case.jobs() if is_running(job)]
    return Seen(
        verdict=Verdict.CONFIRMED if running else Verdict.RULED_OUT,
        summary=f"Backup job {running[0].id} is in progress." if running else "No backup job of this VM is running.",
        evidence=[
            Evidence(what=f"job {job.status}", value=plain(job.started_at), source=job.vault_job_id) for job in running
        ],
    )
