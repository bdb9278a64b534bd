"""Policies of VM backups: where instant restore points live, and how often backups run.

Source: azure-mgmt-recoveryservicesbackup 11.2.0 (API 2026-10-01), AzureIaaSVMProtectionPolicy; Microsoft Learn, "Back
up an Azure VM using Enhanced policy": hourly backups every 4, 6, 8 or 12 hours within a daily window.
"""

from itertools import pairwise
from math import ceil

from responder.azure.calls import Calls, body, identity
from responder.azure.model import Policy
from responder.azure.translate import translated
from responder.dig import dig, number, rows, text, texts
from responder.ids import VaultId

_TYPES = {"SimpleSchedulePolicy": "V1", "SimpleSchedulePolicyV2": "V2"}
_DAY = 24  # hours
_WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


class Policies(Calls):
    """The backup policies of vaults. Every method raises `ArmError`s."""

    @translated
    def policy(self, vault: VaultId, policy_id: str) -> Policy:
        """A backup policy by its ARM id or its name."""
        client = self._clients.backup(vault.subscription)
        name = policy_id.rstrip("/").rpartition("/")[2]
        return policy_of(body(client.protection_policies.get(vault.name, vault.group, name)))


def policy_of(row: object) -> Policy:
    """A policy from its JSON; answers of older API versions have no policyType, but an own schedule for each."""
    properties = dig(row, "properties")
    schedule = dig(properties, "schedulePolicy")
    return Policy(
        id=identity(row),
        group_prefix=text(properties, "instantRPDetails", "azureBackupRGNamePrefix"),
        group_suffix=text(properties, "instantRPDetails", "azureBackupRGNameSuffix"),
        instant_retention_days=number(properties, "instantRpRetentionRangeInDays"),
        type=text(properties, "policyType") or _TYPES.get(text(schedule, "schedulePolicyType") or ""),
        runs_per_day=_runs(schedule),
        longest_gap_hours=_longest_gap(schedule),
    )


def _runs(schedule: object) -> int | None:
    """Backups in 24 hours; a weekly schedule counts as one, for the days on which it runs."""
    frequency = text(schedule, "scheduleRunFrequency")
    if frequency == "Hourly":
        return _hourly(dig(schedule, "hourlySchedule"))
    if frequency == "Daily":
        times = rows(schedule, "scheduleRunTimes") or rows(schedule, "dailySchedule", "scheduleRunTimes")
        return len(times) or 1
    return 1 if frequency == "Weekly" else None


def _longest_gap(schedule: object) -> int | None:
    """The longest time in hours between two scheduled backups."""
    frequency = text(schedule, "scheduleRunFrequency")
    if frequency == "Weekly":
        days = texts(schedule, "scheduleRunDays") or texts(schedule, "weeklySchedule", "scheduleRunDays")
        return _DAY * _longest_pause([_WEEK.index(day.lower()) for day in days if day.lower() in _WEEK])
    interval, runs = number(schedule, "hourlySchedule", "interval"), _runs(schedule)
    if frequency == "Hourly" and interval and runs:
        return max(interval, _DAY - (runs - 1) * interval)
    return _DAY if frequency == "Daily" else None


def _longest_pause(days: list[int]) -> int:
    """The longest time in days between two days of a week that comes again and again; all of it for one day."""
    kept = sorted(set(days)) or [0]
    return max(later - day for day, later in pairwise([*kept, kept[0] + len(_WEEK)]))


def _hourly(schedule: object) -> int | None:
    interval, window = number(schedule, "interval"), number(schedule, "scheduleWindowDuration")
    return max(1, ceil(min(window or _DAY, _DAY) / interval)) if interval else None
