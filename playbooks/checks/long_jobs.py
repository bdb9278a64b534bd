"""Whether backup jobs of this VM take so long that the next one finds them running."""

from datetime import timedelta

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import jobs, options
from playbooks.facts.times import hours, rfc3339
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.azure.model import Job
from responder.incident import Evidence
from responder.language import say

_HOURS = 12
_SHOWN = 5  # jobs in the evidence, the longest first


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if a job of the last seven days took longer than ``using.hours`` (12), or than the schedule's gap.

    Source: Troubleshoot backup failures on Azure virtual machines, a backup takes more than 12 hours.
    """
    policy = case.subject.policy
    gap = 24 / policy.runs_per_day if policy and policy.runs_per_day else 24.0
    limit = min(options.number(cause, "hours", _HOURS), gap)
    spans = [(span, job) for job in case.jobs() if (span := jobs.length(job, case.now)) is not None]
    spans.sort(key=lambda pair: pair[0], reverse=True)
    evidence = [_evidence(span, job) for span, job in spans[:_SHOWN]]
    if not spans:
        return cannot_tell(say("No backup job of the last seven days tells how long it took."), evidence)
    longest = spans[0][0]
    text = say(
        "The longest backup job of the last seven days took {hours} h; the limit is {limit} h.",
        hours=hours(longest),
        limit=f"{limit:g}",
    )
    return judged(longest > timedelta(hours=limit), text, text, evidence)


def _evidence(span: timedelta, job: Job) -> Evidence:
    what = say("job {status} since {moment}: hours", status=job.status, moment=rfc3339(job.started_at))
    return Evidence(what=what, value=hours(span), source=job.vault_job_id)
