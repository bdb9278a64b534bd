"""Signing as Standard Webhooks 1.0.0 ("Signature scheme", symmetric): ten lines; the package would bring httpx."""

import base64
import hashlib
import hmac

_PREFIX = "whsec_"


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,<base64 HMAC-SHA256>`` over ``id.timestamp.body``.

    Args:
        secret: ``whsec_`` and base64 of the key.
        message_id: the same on every attempt, so that a receiver can tell a repetition.
        timestamp: seconds since 1970.
        body: exactly the bytes that are sent.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(secret: str | None, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a request; without a secret it is not signed, as Teams cannot verify anything."""
    signature = {"webhook-signature": sign(secret, message_id, timestamp, body)} if secret else {}
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
    } | signature
