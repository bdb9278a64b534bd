"""Built-in alerts as Resource Graph (table ``alertsmanagementresources``) and the Alerts Management API tell them.

Source: Azure Resource Graph, "Supported tables"; Azure REST API reference, "Alerts - Get By Id": the fields of the
common alert schema under other names.
"""

from collections.abc import Mapping

from responder.dig import dig, text
from responder.intake import builtin_alert
from responder.intake.common_alert import Alert
from responder.intake.model import Results

SOURCE = "resource-graph"


def understand(candidate: object) -> Results | None:
    """The failed backup of the alert; None if this is no alert of Azure Backup."""
    essentials = dig(candidate, "properties", "essentials")
    if (text(essentials, "monitorService") or "").lower() != "azure backup":
        return None
    context = dig(candidate, "properties", "context")
    inner = dig(context, "context")
    return builtin_alert.results(
        Alert(_common(candidate, essentials), inner if isinstance(inner, Mapping) else context, candidate), SOURCE
    )


def _common(row: object, essentials: object) -> dict[str, object]:
    """The essentials under the names of the common alert schema."""
    return {
        "alertId": text(row, "id"),
        "alertRule": text(essentials, "alertRule"),
        "alertTargetIDs": [text(essentials, "targetResource")],
        "description": text(essentials, "description"),
        "firedDateTime": text(essentials, "startDateTime"),
        "monitorCondition": text(essentials, "monitorCondition"),
        "originAlertId": text(essentials, "sourceCreatedId"),
    }
