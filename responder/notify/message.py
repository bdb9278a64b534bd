"""What is posted: ``{"type", "timestamp", "data"}`` as Standard Webhooks 1.0.0 ("Payload structure") has it."""

from datetime import datetime
from typing import Any

from responder.incident import Incident
from responder.notify.digest import Digest
from responder.notify.redact import redact_json
from responder.wire import Wire, plain, record

APPROVAL = "backup.approval.requested"
DIGEST = "backup.incidents.digest"


class Message(Wire):
    """The result of one incident, as it is posted."""

    type: str
    timestamp: datetime
    data: Incident


class Request(Wire):
    """What a person is asked: the incident, the changes of its plan, where to decide about them, and until when."""

    incident: Incident
    plan: list[str]
    decision_url: str
    expires_at: datetime


class RequestMessage(Wire):
    """A request for a decision, as it is posted."""

    type: str
    timestamp: datetime
    data: Request


class DigestMessage(Wire):
    """Many results folded into one message, as it is posted."""

    type: str
    timestamp: datetime
    data: Digest


def message_id(incident: Incident, *, approval: bool = False) -> str:
    """``webhook-id`` of an incident's report, or of its newest request for an approval: the same at every attempt."""
    return f"msg_{incident.id}-{incident.approvals[-1].event}" if approval else report_id(incident.id)


def report_id(incident: str) -> str:
    """``webhook-id`` of the report of the incident with this id."""
    return f"msg_{incident}"


def report(incident: Incident) -> dict[str, Any]:
    """The message that tells how an incident ended: ``backup.incident.<outcome>``, at the time it ended.

    Raises:
        ValueError: the incident has not ended.
    """
    if incident.outcome is None or incident.ended_at is None:
        raise ValueError(f"incident {incident.id} has not ended")
    message = Message(type=f"backup.incident.{incident.outcome}", timestamp=incident.ended_at, data=incident)
    return _clean(record(message))


def approval_request(incident: Incident, decision_url: str) -> dict[str, Any]:
    """The message that asks a person to approve or decline the plan of the incident's newest approval.

    ``decisionUrl`` shows the plan; its token is meant for the receiver and stays in.

    Raises:
        IndexError: the incident asked for no approval.
    """
    asked = incident.approvals[-1]
    data = _clean({"incident": plain(incident), "plan": asked.changes})
    data |= {"decisionUrl": decision_url, "expiresAt": plain(asked.expires_at)}
    return {"type": APPROVAL, "timestamp": plain(asked.asked_at), "data": data}


def digest(folded: Digest) -> dict[str, Any]:
    """The message that tells of many ends at once: ``backup.incidents.digest``."""
    return {"type": DIGEST, "timestamp": plain(folded.until), "data": _clean(record(folded))}


def _clean(value: dict[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = redact_json(value)
    return cleaned
