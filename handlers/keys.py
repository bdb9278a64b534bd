"""Names of entities and of the orchestrator."""

from hashlib import sha256

ORCHESTRATOR = "incident"
WATCHER = "watch_vault"
LOCATOR = "locate"


def item_key(item: str) -> str:
    """Entity key of a protected item: ARM ids hold characters that entity keys may not."""
    return _hashed(item)


def vault_key(vault: str) -> str:
    """Entity key of a vault, and the stem of its watchers' instance ids."""
    return _hashed(vault)


def signal_id(incident: str) -> str:
    """Instance id of the look-up for a signal that names no job; the incident's id belongs to the job it will find."""
    return f"sig-{incident.removeprefix('inc-')}"


def watcher_id(vault: str, generation: int) -> str:
    """Instance id of a vault's watcher; each generation has its own, for the one before it may still be ending."""
    return f"watch-{vault_key(vault)}-{generation}"


def _hashed(resource_id: str) -> str:
    return sha256(resource_id.lower().encode()).hexdigest()[:32]
