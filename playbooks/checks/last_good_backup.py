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

_DAYS = 2


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if neither a completed job nor a recovery point is younger than ``using.days`` (2).

    Source: Azure REST API reference, "Recovery Points - List" and "Backup Jobs - List".
    """
    days = options.number(cause, "days", _DAYS)
    good = max((job.started_at for job in case.jobs() if is_success(job) and job.started_at), default=None)
    point = max((entry.at for entry in case.recovery_points() if entry.at), default=None)
    evidence = [
        Evidence(what="newest completed backup job", value=rfc3339(good), source=case.path("backupJobs")),
        Evidence(what="newest recovery point", value=rfc3339(point), source=f"{case.subject.item}/recoveryPoints"),
    ]
    last = _later(good, point)
    if last is None:
        return confirmed("The VM has no recovery point, and no backup of the last seven days was completed.", evidence)
    age = case.now - last
    text = f"The last good backup is of {stamp(last)}, {hours(age)} h ago; older than {days:g} days counts as too old."
    return judged(age > timedelta(days=days), text, text, evidence)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((entry for entry in (one, other) if entry), default=None)
