"""The identity of an incident: the failed job, over whatever route and however often it is told."""

import hashlib

import msgspec

from responder.incident import FailedBackup

_LENGTH = 32


def incident_id(failure: FailedBackup) -> str:
    """``inc-`` and 32 hex digits: of vault, job and run, or of the payload where vault and job are not known."""
    if failure.vault_id and failure.job_id:
        run = f"|{failure.run}" if failure.run else ""
        key = f"{failure.vault_id}|{failure.job_id}{run}".lower().encode()
    else:
        key = msgspec.json.encode(failure, order="sorted")
    return f"inc-{hashlib.sha256(key).hexdigest()[:_LENGTH]}"
