"""Decision links: signed, bound to one incident and one exact plan, expiring.

A link opens a page; only a POST to it decides, so that a preview of a chat program approves nothing.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from responder.incident import Approval, Incident
from responder.settings import Settings


def link(settings: Settings, incident: Incident) -> str:
    """The address where a person decides about the incident's newest approval.

    Raises:
        IndexError: the incident asked for none.
    """
    proof = token(settings, incident.id, incident.approvals[-1])
    return f"{settings.public_url}/api/incidents/{incident.id}/decision?token={proof}"


def token(settings: Settings, incident: str, asked: Approval) -> str:
    """Proof that its bearer got the link to exactly this plan."""
    bound = f"{incident}|{asked.event}|{asked.fingerprint}|{asked.expires_at.isoformat()}"
    digest = hmac.new(settings.approval_secret.encode(), bound.encode(), sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def matches(settings: Settings, incident: str, asked: Approval, given: str) -> bool:
    """Whether a token is the one for this plan; compared in constant time."""
    return hmac.compare_digest(token(settings, incident, asked).encode(), given.encode())
