"""Whether backups of this VM keep failing."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.model import Cause
from responder.incident import Evidence, Verdict


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if ``using.failures`` (2) or more jobs of the last 72 hours failed: recurring, not transient."""
    failed = [job for job in case.jobs() if job.status == "Failed"]
    recurring = len(failed) >= int(cause.using.get("failures", 2))
    return Seen(
        verdict=Verdict.CONFIRMED if recurring else Verdict.RULED_OUT,
        summary=f"Failed backup jobs of this VM within 72 hours: {len(failed)}.",
        evidence=[
            Evidence(
                what="failed job", value=[error.title or error.number for error in job.errors], source=job.vault_job_id
            )
            for job in failed
        ],
    )
