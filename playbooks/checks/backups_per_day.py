"""Whether more than one backup a day piles up restore points."""

from datetime import timedelta

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.model import Cause
from responder.incident import Evidence, Verdict
from responder.language import say

_DAY = timedelta(hours=24)


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if more backup jobs than recommended (``using.recommended``, 1) started in the last 24 hours.

    Source: Troubleshoot Azure VM backup failures, "UserErrorRpCollectionLimitReached": one backup a day is advised.
    """
    recommended = int(cause.using.get("recommended", 1))
    today = [job for job in case.jobs() if job.started_at and case.now - job.started_at < _DAY]
    days = case.subject.policy.instant_retention_days if case.subject.policy else None
    return Seen(
        verdict=Verdict.CONFIRMED if len(today) > recommended else Verdict.RULED_OUT,
        summary=say(
            "Backup jobs of this VM within 24 hours: {count}; recommended a day: {recommended}.",
            count=len(today),
            recommended=recommended,
        ),
        evidence=[
            Evidence(
                what=say("backup jobs in 24 hours"), value=[job.id for job in today], source=case.path("backupJobs")
            ),
            Evidence(
                what=say("days that instant restore points are kept"),
                value=days,
                source=case.subject.policy.id if case.subject.policy else case.path("backupPolicies"),
            ),
        ],
    )
