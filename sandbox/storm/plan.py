"""What a storm is like: its vaults and VMs, why their backups failed, and the settings that the app has in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LOCATIONS = ("westeurope", "northeurope", "francecentral", "swedencentral", "uksouth")
_FIRST = "6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"

CODES: tuple[dict[str, Any], ...] = (
    {"code": "UserErrorGuestAgentStatusUnavailable"},
    {"code": "UserErrorRpCollectionLimitReached", "lock": "CanNotDelete"},
    {"code": "BackUpOperationFailedV2"},
    {"code": "UserErrorRpCollectionLimitReached", "lock": "CanNotDelete"},
    {"code": "ExtensionSnapshotFailedCOM"},
)
"""Of five VMs two are held up by a lock on their collection, two failed for a passing reason, one needs a person."""


@dataclass(frozen=True)
class Plan:
    """A storm.

    Attributes:
        vms: failed VMs, over all vaults.
        vaults: how many vaults they are in.
        subscriptions: how many subscriptions the vaults are in.
        duplicates: share of the failures that is told twice, 0 to 1.
        kills: how often the functions host is killed.
        seed: what all choices follow from.
        speed: virtual seconds a second; None leaps over idle time.
    """

    vms: int
    vaults: int = 1
    subscriptions: int = 1
    duplicates: float = 0.1
    kills: int = 0
    seed: int = 1
    speed: float | None = None

    @property
    def worlds(self) -> list[dict[str, Any]]:
        """The specification of each vault's world; the subject of a world is no part of the storm: it needs no help."""
        return [self._world(number, count) for number, count in enumerate(self._shares())]

    @property
    def scope(self) -> str:
        """The app's scope: all subscriptions."""
        return ",".join(f"/subscriptions/{subscription(number)}" for number in range(self.subscriptions))

    @property
    def settings(self) -> dict[str, str]:
        """The app's own caps are lifted, so that the limits of Azure are what the storm meets."""
        return {
            "RESPONDER_SCOPE": self.scope,
            "RESPONDER_CONCURRENT_INCIDENTS": "1000",
            "RESPONDER_DESTRUCTIVE_PER_HOUR": "1000",
        }

    def _shares(self) -> Iterator[int]:
        for number in range(self.vaults):
            yield self.vms // self.vaults + (number < self.vms % self.vaults)

    def _world(self, number: int, count: int) -> dict[str, Any]:
        tail = f"{number + 1:02d}"
        return {
            "subscription": subscription(number % self.subscriptions),
            "location": _LOCATIONS[number % len(_LOCATIONS)],
            "vault": {"name": f"rsv-storm-{tail}", "group": f"rg-backup-{tail}"},
            "vm": {"name": f"vm-quiet-{tail}", "group": f"rg-quiet-{tail}"},
            "neighbours": [],
            "points": {"count": 3},
            "fleet": {
                "count": count,
                "codes": list(CODES),
                "spread_minutes": 1,
                "name": f"vm{tail}",
                "group": f"rg-storm-{tail}",
            },
        }


def subscription(number: int) -> str:
    """The id of the n-th subscription."""
    return _FIRST if number == 0 else f"{_FIRST[:-2]}{number:02d}"
