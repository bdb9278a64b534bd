"""What no shape understood, or what names too little: kept for a person, cut and without secrets."""

import hashlib

import msgspec

from responder.incident import FailedBackup
from responder.notify.redact import redact_json

SOURCE = "unknown"
KEPT_BYTES = 32 * 1024


def keep(payload: object, source: str = SOURCE, reason: str | None = None) -> FailedBackup:
    """A failure of which nothing is known but its payload: at most 32 KB of it, and its hash if it was larger.

    ``reason``: why it is of no use, one of `responder.intake.reasons`; None if no shape knows it at all.
    """
    cleaned = redact_json(payload)
    encoded = msgspec.json.encode(cleaned, order="sorted")
    if len(encoded) > KEPT_BYTES:
        cleaned = {
            "cutFromBytes": len(encoded),
            "sha256": hashlib.sha256(encoded).hexdigest(),
            "head": encoded[: KEPT_BYTES // 2].decode(errors="ignore"),
        }
    return FailedBackup(source=source, skip=reason, payload=cleaned)
