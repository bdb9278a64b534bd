"""Whether the VM has had no good backup for some days."""

from datetime import datetime, timedelta

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.times import hours, rfc3339, stamp
from playbooks.facts.verdicts import confirmed, judged
from playbooks.model import Cause
from responder.guards import is_success
from responder.incident import Evidence
from responder.language import say

_DAYS = 2


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if neither a completed job nor a recovery point is younger than ``using.days`` (2).

    Source: Azure REST API reference, "Recovery Points - List" and "Backup Jobs - List".
    """
    days = options.number(cause, "days", _DAYS)
    good = max((job.started_at for job in case.jobs() if is_success(job) and job.started_at), default=None)
    point = max((entry.at for entry in case.recovery_points() if entry.at), default=None)
    evidence = [
        Evidence(what=say("newest completed backup job"), value=rfc3339(good), source=case.path("backupJobs")),
        Evidence(what=say("newest recovery point"), value=rfc3339(point), source=f"{case.subject.item}/recoveryPoints"),
    ]
    last = _later(good, point)
    if last is None:
        text = say("The VM has no recovery point, and no backup of the last seven days was completed.")
        return confirmed(text, evidence)
    age = case.now - last
    text = say(
        "The last good backup is of {moment}, {hours} h ago; older than {days} days counts as too old.",
        moment=stamp(last),
        hours=hours(age),
        days=f"{days:g}",
    )
    return judged(age > timedelta(days=days), text, text, evidence)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((entry for entry in (one, other) if entry), default=None)
