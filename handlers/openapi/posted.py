"""What the app posts by itself, described as webhooks."""

from handlers.openapi.parts import ANYBODY, JSON, Node, schema, sent

_TAG = "Messages"
_HEADERS = {
    "webhook-id": "The same at every attempt: drop what you have.",
    "webhook-timestamp": "Seconds since 1970, of this attempt.",
    "webhook-signature": "v1 and the HMAC-SHA256 of id, timestamp and body, as Standard Webhooks 1.0 has it.",
}


def webhooks() -> Node:
    """The three messages, by their types."""
    return {
        "backup.incident.ended": _message(
            "incidentEnded", "Message", "An incident has ended", "Its type is backup.incident. and the outcome."
        ),
        "backup.approval.requested": _message(
            "approvalRequested", "ApprovalRequest", "A person is asked to decide", "Its link decides: keep it secret."
        ),
        "backup.incidents.digest": _message(
            "digest", "DigestMessage", "Many incidents have ended", "For receivers that want storms folded."
        ),
    }


def _message(name: str, form: str, summary: str, about: str) -> Node:
    parameters = [
        {"name": header, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for header, text in _HEADERS.items()
    ]
    return {
        "post": {
            "operationId": name,
            "tags": [_TAG],
            "summary": summary,
            "description": f"{about} Receivers of Teams cards and of Event Grid get the same in another form.",
            "security": ANYBODY,
            "parameters": parameters,
            "requestBody": sent({JSON: {"schema": schema(form)}}, "The message."),
            "responses": {
                "2XX": {"description": "Taken."},
                "410": {"description": "The address is gone: nothing is posted there any more."},
                "408": {"description": "Tried again later; so are 425, 429, 5XX, and no answer at all."},
                "4XX": {"description": "Refused for good: listed at GET /api/deliveries."},
                "5XX": {"description": "Tried again later, for up to a day."},
            },
        }
    }
