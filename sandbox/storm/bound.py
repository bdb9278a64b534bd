"""How long a storm must take: what the recorded limits allow, and what one incident takes where nothing is in its way.

Source of the limits: recorded rate-limit headers of Azure Backup, as `sandbox.arm.throttle` counts them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

READS_AN_HOUR = 300
"""Reads of protected items that a subscription allows in an hour; each incident needs one, to verify its VM."""

_HOUR = timedelta(hours=1)


def bound(vms: Mapping[str, int], longest_alone: timedelta) -> timedelta:
    """The least time in which a storm can end.

    Args:
        vms: failed VMs by subscription.
        longest_alone: what the longest of its kinds of incident takes by itself.
    """
    return max(map(last_read, vms.values()), default=timedelta()) + longest_alone


def last_read(vms: int) -> timedelta:
    """When the last of so many protected items can be read at the earliest: 300 at once, the next an hour later."""
    return (max(vms, 1) - 1) // READS_AN_HOUR * _HOUR


def longest(reports: Iterable[Mapping[str, Any]]) -> timedelta:
    """The longest of some incidents, by what their reports say."""
    return timedelta(seconds=max((float(report["durationSeconds"]) for report in reports), default=0.0))


def by_subscription(vaults: Iterable[str]) -> dict[str, int]:
    """How many of the vaults' ids are in each subscription."""
    return dict(Counter(vault.split("/")[2].lower() for vault in vaults))
