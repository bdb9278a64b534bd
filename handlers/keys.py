"""Names of entities and of the orchestrator."""

from hashlib import sha256

ORCHESTRATOR = "incident"


def item_key(item: str) -> str:
    """Entity key of a protected item: ARM ids hold characters that entity keys may not."""
    return sha256(item.lower().encode()).hexdigest()[:32]
