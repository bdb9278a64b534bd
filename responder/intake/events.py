"""Events that ask for nothing, whatever they carry.

Sources: Microsoft Learn, "Azure subscription as an Event Grid source": such events tell of requests to ARM, and a
backup's request that succeeded was only accepted; "Webhook event delivery", validation.
"""

from responder.intake import reasons

_VALIDATION = "microsoft.eventgrid.subscriptionvalidationevent"
_RESOURCES = "microsoft.resources.resource"
_OWN = ("backup.incident.", "backup.incidents.", "backup.approval.", "backupresponder.")


def reason_to_ignore(kind: str) -> str | None:
    """Why an event of this type (in lower case) is ignored. Our own messages would otherwise go round in circles."""
    if kind == _VALIDATION:
        return reasons.SUBSCRIPTION_VALIDATION
    if kind.startswith(_RESOURCES):
        return reasons.RESOURCE_EVENT
    return reasons.OWN_REPORT if kind.startswith(_OWN) else None
