"""Metric alerts on ``BackupHealthEvent``: somebody's backup is in bad health; which job failed is not said.

Source: Microsoft Learn, "Monitor the health of your backups using Azure Backup Metrics": the metric is emitted for
successes too, and without a split by dimensions not even the item is known.
"""

from datetime import timedelta

from responder.dig import shifted, text
from responder.incident import FailedBackup
from responder.intake import reasons
from responder.intake.claims import Claims
from responder.intake.common_alert import Alert, alert_of, conditions, dimensions, window
from responder.intake.facts import Facts
from responder.intake.judge import Frame, judged
from responder.intake.model import Ignored, Results

SOURCE = "metric-alert"

_BACKUP, _RESTORE = "backuphealthevent", "restorehealthevent"
_BEFORE_THE_WINDOW = timedelta(hours=1)  # a job may be over for a while when the metric counts it


def understand(candidate: object) -> Results | None:
    """One signal for each condition on the health of backups; None if no condition is about that."""
    alert = alert_of(candidate)
    met = [(name, entry) for entry in conditions(alert) if (name := _metric(entry))] if alert else []
    if alert is None or not met:
        return None
    if alert.is_resolved:
        return [Ignored(reason=reasons.RESOLVED)]
    return [
        Ignored(reason=reasons.RESTORE_FAILURE) if name == _RESTORE else _judged(alert, entry) for name, entry in met
    ]


def _metric(condition: object) -> str | None:
    name = (text(condition, "metricName") or "").lower()
    return name if name in {_BACKUP, _RESTORE} else None


def _judged(alert: Alert, condition: object) -> FailedBackup | Ignored:
    told = {name.lower(): value for name, value in dimensions(condition) if isinstance(value, str)}
    if _bare(told.get("healthstatus")) == "healthy":
        return Ignored(reason=reasons.HEALTHY)
    item = told.get("backupinstanceurl")
    claims = Claims(
        vaults=alert.vaults(item),
        items=tuple(filter(None, [item])),
        machines=tuple(filter(None, [told.get("datasourceurl")])),
    )
    return judged(_frame(alert), Facts(claims=claims))


def _frame(alert: Alert) -> Frame:
    since, until = window(alert)
    return Frame(
        SOURCE,
        alert.payload,
        alert_id=alert.id,
        severity=alert.severity,
        at=alert.fired_at,
        since=shifted(since, -_BEFORE_THE_WINDOW) if since else None,
        until=until,
        vault_suffices=True,
    )


def _bare(word: str | None) -> str:
    """The word as one; nobody has published how the metric spells its classes. No word at all is no good health."""
    return "".join((word or "").lower().split())
