"""The result that the app itself posts: sent back to its own door, it must not open an incident about an incident."""

from responder.dig import dig, text
from responder.intake import events
from responder.intake.model import Ignored, Results


def understand(candidate: object) -> Results | None:
    """An ignored entry for a posted result; None for anything else."""
    kind = (text(candidate, "type") or "").lower()
    told = dig(candidate, "data", "id") or dig(candidate, "data", "incident", "id")
    reason = events.reason_to_ignore(kind) if told else None
    return [Ignored(reason=reason)] if reason else None
