"""The identity of an incident: the failed job, over whatever route and however often it is told."""

import hashlib

import msgspec

from responder.incident import FailedBackup

_LENGTH = 32
_TOLD = ("source", "vault_id", "item_id", "vm_id", "vm_name", "occurred_at", "overdue_since", "skip", "payload")


def incident_id(failure: FailedBackup) -> str:
    """``inc-`` and 32 hex digits of what `key` says; each run of a rerun is an incident of its own."""
    run = f"|run-{failure.run}".encode() if failure.run > 0 else b""
    return f"inc-{hashlib.sha256(key(failure) + run).hexdigest()[:_LENGTH]}"


def key(failure: FailedBackup) -> bytes:
    """What makes two tellings one failure, whatever the route.

    Vault and job; where no job is named vault, item or VM, and the end of the span in which it failed; and the payload
    where not even these are known.
    """
    if failure.vault_id and failure.job_id:
        return f"{failure.vault_id}|{failure.job_id}".lower().encode()
    if failure.vault_id and failure.not_after:
        place = failure.item_id or failure.vm_id or failure.vm_name or ""
        return f"{failure.vault_id}|{place}|{failure.not_after.isoformat()}".lower().encode()
    return msgspec.json.encode({name: getattr(failure, name) for name in _TOLD}, order="sorted")
