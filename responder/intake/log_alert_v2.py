"""Log search alerts V2 (scheduled query rules): what was found is in the dimensions, rows never come along.

Source: Azure Monitor, "Common alert schema", ``conditionType`` LogQueryCriteria; at most six dimensions.
"""

from datetime import timedelta

from responder.dig import shifted, text
from responder.incident import FailedBackup
from responder.intake import reasons, unknown
from responder.intake.columns import Columns, facts_of
from responder.intake.common_alert import Alert, alert_of, conditions, dimensions, window
from responder.intake.facts import is_about_backup
from responder.intake.judge import Frame, judged
from responder.intake.model import Ignored, Results

SOURCE = "log-alert-v2"

_LATE = timedelta(hours=24)  # what diagnostic logs may lag behind


def understand(candidate: object) -> Results | None:
    """One result for each condition on backup jobs; None if this is another alert, or its query is about others."""
    alert = alert_of(candidate)
    if alert is None or (text(alert.context, "conditionType") or "").lower() != "logquerycriteria":
        return None
    ours = [(entry, columns) for entry in conditions(alert) if _is_ours(entry, columns := Columns(dimensions(entry)))]
    if ours and alert.is_resolved:
        return [Ignored(reason=reasons.RESOLVED)]
    return [_judged(alert, columns) for _, columns in ours] or None


def _is_ours(condition: object, columns: Columns) -> bool:
    return columns.are_about_a_job or is_about_backup(text(condition, "searchQuery"))


def _judged(alert: Alert, columns: Columns) -> FailedBackup | Ignored:
    if columns.are_empty:
        return unknown.keep(alert.payload, SOURCE, reasons.NO_DIMENSIONS)
    since, until = window(alert)
    facts = facts_of(columns)
    claims = facts.claims._replace(vaults=alert.vaults(*facts.claims.vaults, *facts.claims.items))
    frame = Frame(
        SOURCE,
        alert.payload,
        alert_id=alert.id,
        severity=alert.severity,
        at=alert.fired_at,
        since=shifted(since, -_LATE) if since else None,
        until=until,
    )
    return judged(frame, facts._replace(claims=claims))
