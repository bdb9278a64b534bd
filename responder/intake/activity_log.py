"""Activity log alerts: in the common schema, and in the body before it.

Source: Azure Monitor, "Sample payloads for activity log alerts"; the operation's name is that of old documentation of
Azure Backup. The keys of ``properties`` are not documented: a job's id in them is welcome, never expected.
"""

from datetime import timedelta

from responder.dig import dig, moment, pairs, shifted, text
from responder.intake import reasons
from responder.intake.columns import Columns, facts_of
from responder.intake.common_alert import alert_of
from responder.intake.facts import Facts
from responder.intake.judge import Frame, judged
from responder.intake.model import Ignored, Results
from responder.intake.nested import properties_of

SOURCE = "activity-log"

_SCHEMA = "microsoft.insights/activitylogs"
_PROVIDER = "microsoft.recoveryservices/"
_BACKUP = "microsoft.recoveryservices/recoveryservicesvault/backup"
_LONGEST = timedelta(hours=24)  # a job that ends later than that after its start is not found


def understand(candidate: object) -> Results | None:
    """The failed backup of the event; None if this is no alert on an event of Azure Backup."""
    alert = alert_of(candidate)
    if alert and alert.word("monitoringService").startswith("activity log"):
        targets = alert.vaults()
        return _results(
            alert.context,
            Frame(SOURCE, candidate, alert_id=alert.id, severity=alert.severity, at=alert.fired_at),
            targets,
        )
    if (text(candidate, "schemaId") or "").lower() != _SCHEMA:
        return None
    if (text(candidate, "data", "status") or "").lower() in {"deactivated", "resolved"}:
        return [Ignored(reason=reasons.RESOLVED)]
    event = dig(candidate, "data", "context", "activityLog")
    return _results(event, Frame(SOURCE, candidate, alert_id=text(event, "eventDataId")), ())


def _results(event: object, frame: Frame, targets: tuple[str, ...]) -> Results | None:
    operation = (_word(event, "operationName") or text(event, "authorization", "action") or "").lower()
    if not operation.startswith(_PROVIDER):
        return None
    if operation != _BACKUP:
        return [Ignored(reason=reasons.RESTORE_FAILURE if "restore" in operation else reasons.RESOURCE_EVENT)]
    at = moment(event, "eventTimestamp") or moment(event, "submissionTimestamp") or frame.at
    since = shifted(at, -_LONGEST) if at else None
    frame = frame._replace(at=at, since=since, until=at, vault_suffices=True)
    return [judged(frame, _facts(event, targets))]


def _facts(event: object, targets: tuple[str, ...]) -> Facts:
    """The start that the properties tell is not used: nobody knows in which time zone it is."""
    told = facts_of(Columns(pairs(properties_of(event))))
    scope, resource = text(event, "authorization", "scope"), text(event, "resourceId")
    vaults = (*told.claims.vaults, *targets, *filter(None, [scope, resource]))
    status = _word(event, "status")
    return told._replace(
        claims=told.claims._replace(vaults=vaults),
        status="Failed" if (status or "").lower().startswith("fail") else status,
        operation=None,
        started=None,
        ended=None,
    )


def _word(event: object, name: str) -> str | None:
    """A word of the event, also in the form with a translation beside it."""
    return text(event, name) or text(event, name, "value")
