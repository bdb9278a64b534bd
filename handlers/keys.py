"""Names of orchestrators and instances, and what entities know things by."""

from hashlib import sha256

ORCHESTRATOR = "incident"
WATCHER = "watch_vault"
LOCATOR = "locate"
TELLER = "breakdown"
"""Tells of what broke down twice; it runs none of the code that broke."""

RESOURCE_GRAPH = "resource graph"
"""What turns are taken at, where other turns are those of a subscription: its limit is that of the whole app."""


def item_key(item: str) -> str:
    """Entity key of a protected item: ARM ids hold characters that entity keys may not."""
    return _hashed(item)


def watch_key(vault: str) -> str:
    """Entity key for the reads of a vault's jobs: one for all vaults of its subscription, as for the watcher.

    Azure names its limit after the subscription, in ``x-ms-ratelimit-remaining-subscription-resource-requests``.
    """
    return _hashed("/".join(vault.split("/")[:3]))


def signal_id(incident: str) -> str:
    """Instance id of the look-up for a signal that names no job; the incident's id belongs to the job it will find."""
    return f"sig-{incident.removeprefix('inc-')}"


def watcher_id(vault: str, generation: int) -> str:
    """Instance id of a watcher; each generation has its own, for the one before it may still be ending."""
    return f"watch-{watch_key(vault)}-{generation}"


def _hashed(resource_id: str) -> str:
    return sha256(resource_id.lower().encode()).hexdigest()[:32]
