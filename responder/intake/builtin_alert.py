"""Built-in alerts of Azure Backup in the common alert schema.

Sources: Microsoft Learn, "Monitor Azure Backup using Azure Monitor alerts" and "Common alert schema". The alert has
no field for the error code; the two places that hold it in lower case are hints, never the truth.
"""

import re

from responder.dig import text
from responder.intake import reasons, unknown
from responder.intake.claims import Claims
from responder.intake.common_alert import Alert, alert_of
from responder.intake.facts import Facts, Hint
from responder.intake.judge import Frame, judged
from responder.intake.model import Ignored, Results

SOURCE = "builtin-alert"

_LINK = re.compile(r"aka\.ms/AB-([a-z0-9]+)", re.IGNORECASE)
_ORIGIN = re.compile(r"^\d+_\d+_\d+(?:azureiaasvm|azureworkload|azurestorage|mab|dpm)([a-z][a-z0-9]*)$", re.IGNORECASE)


def understand(candidate: object) -> Results | None:
    """The failed backup or the reason to ignore it; None if Azure Backup did not raise this alert."""
    alert = alert_of(candidate)
    return None if alert is None or alert.word("monitoringService") != "azure backup" else results(alert, SOURCE)


def results(alert: Alert, source: str) -> Results:
    """What an alert of Azure Backup tells, whatever route it came by."""
    if reason := _reason_to_ignore(alert):
        return [Ignored(reason=reason)]
    if alert.word("alertRule") != "backup failure" or alert.word("monitorCondition") not in {"fired", ""}:
        return [unknown.keep(alert.payload, source, reasons.OTHER_ALERT)]
    return [
        judged(
            Frame(source, alert.payload, alert_id=alert.id, severity=alert.severity, at=alert.fired_at), _facts(alert)
        )
    ]


def _reason_to_ignore(alert: Alert) -> str | None:
    if (text(alert.context, "category") or "").lower() == "security":
        return reasons.SECURITY_ALERT
    if alert.word("alertRule") == "restore failure":
        return reasons.RESTORE_FAILURE
    return reasons.RESOLVED if alert.is_resolved else None


def _facts(alert: Alert) -> Facts:
    item = text(alert.context, "protectedItemId")
    machines = (text(alert.context, name) for name in ("linkedResourceId", "sourceId"))
    claims = Claims(
        vaults=alert.vaults(item),
        jobs=tuple(filter(None, [text(alert.context, "extendedInfo", "jobId")])),
        items=tuple(filter(None, [item])),
        machines=tuple(filter(None, machines)),
    )
    return Facts(claims=claims, hint=_hint(alert), message=text(alert.essentials, "description"))


def _hint(alert: Alert) -> Hint:
    if link := _LINK.search(text(alert.context, "extendedInfo", "recommendedActions") or ""):
        return Hint(link[1].lower(), "aka_link")
    if tail := _ORIGIN.match(text(alert.essentials, "originAlertId") or ""):
        return Hint(tail[1].lower(), "origin_alert_id")
    return Hint()
