"""What is known of an incident, while it runs and after it has ended; texts masked."""

from typing import Any

from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.start import is_broken
from responder.language import say
from responder.notify.redact import redact_json


async def read_incident(client: DurableOrchestrationClient, name: str) -> dict[str, Any] | None:
    """The newest that is known of an incident: its end, else its status, else its receipt.

    ``sig-`` is a signal that names no job; once its jobs are found, ``incidents`` names theirs.
    """
    if not name.startswith(("inc-", "sig-")):
        return None
    status = await client.get_status(name, show_input=False)
    if status and is_broken(status):
        return await _broken(client, name)
    for known in (status.output, status.custom_status) if status else ():
        if isinstance(known, dict) and known:
            return dict(redact_json(await _as_reported(client, name, known)))
    if status:
        return {"id": name, "state": "accepted", "outcome": None}
    kept = await _from_receipt(client, name)
    return dict(redact_json(kept)) if kept else None


async def _broken(client: DurableOrchestrationClient, name: str) -> dict[str, Any]:
    """How it had ended, if it had; what it was doing is no news of one that does nothing any more."""
    kept = await _from_receipt(client, name)
    if kept:
        return dict(redact_json(kept))
    told = say(
        "The orchestration broke down; the app's log tells why. The next sweep begins it anew, once, or reports it."
    )
    return {"id": name, "state": "stopped", "outcome": None, "summary": told}


async def _as_reported(client: DurableOrchestrationClient, name: str, known: dict[str, Any]) -> dict[str, Any]:
    """A result that did not arrive may have been posted again after the incident's end: its receipt knows."""
    if (known.get("reported") or {}).get("state", "delivered") == "delivered":
        return known
    kept = await _from_receipt(client, name)
    return known | {"reported": (kept or {}).get("reported") or known["reported"]}


async def _from_receipt(client: DurableOrchestrationClient, name: str) -> dict[str, Any] | None:
    """History may have been purged; the receipt stays."""
    state = await client.read_entity_state(EntityId("receipt", name))
    ended = (state.entity_state or {}).get("ended") if state.entity_exists else None
    return dict(ended) if ended else None
