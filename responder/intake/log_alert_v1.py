"""Log search alerts V1, which bring the rows that they found: in the common schema, and in the body before it.

Sources: Azure Monitor, "Common alert schema", ``monitoringService`` Log Analytics; "Sample payloads for log alerts",
the body without a schema. One alert may hold several failed jobs.
"""

from responder.dig import dig, moment, pairs, text
from responder.intake import reasons, unknown
from responder.intake.columns import Columns, facts_of
from responder.intake.common_alert import alert_of
from responder.intake.facts import is_about_backup
from responder.intake.judge import Frame, judged
from responder.intake.model import Ignored, Results
from responder.intake.tables import rows_of

SOURCE = "log-alert-v1"


def understand(candidate: object) -> Results | None:
    """One result for each row on a backup job; None if this is another alert, or its query is about others."""
    alert = alert_of(candidate)
    if alert is None:
        return _results(candidate, Frame(SOURCE, candidate, at=moment(candidate, "SearchIntervalEndtimeUtc")))
    found = _results(
        alert.context, Frame(SOURCE, candidate, alert_id=alert.id, severity=alert.severity, at=alert.fired_at)
    )
    return [Ignored(reason=reasons.RESOLVED)] if found and alert.is_resolved else found


def _results(search: object, frame: Frame) -> Results | None:
    """``SearchResults`` is the common schema's name of what the older body calls ``SearchResult``."""
    query = text(search, "SearchQuery")
    rows = [row for name in ("SearchResults", "SearchResult") for row in rows_of(dig(search, name))]
    ours = [
        (row, columns) for row in rows if (columns := Columns(pairs(row))).are_about_a_job or is_about_backup(query)
    ]
    if ours:
        return [judged(frame._replace(payload=row), facts_of(columns)) for row, columns in ours]
    return [unknown.keep(frame.payload, SOURCE, reasons.NO_SEARCH_RESULTS)] if is_about_backup(query) else None
