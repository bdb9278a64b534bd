"""Azure Backup: jobs, protected items, policies, recovery points, ad hoc backups.

Source: azure-mgmt-recoveryservicesbackup 11.2.0 (API 2026-10-01); Azure REST API reference, "Recovery Services Backup".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from responder.azure.calls import Calls, answer, body, identity
from responder.azure.model import (
    BackupOperation,
    Health,
    Job,
    JobError,
    JobPhase,
    Policy,
    ProtectedItem,
    RecoveryPoint,
    Tier,
    TierStatus,
    TierType,
)
from responder.azure.translate import error_of, translated
from responder.dig import dig, flag, moment, number, rows, text, texts
from responder.errors import Unavailable
from responder.ids import ItemId, VaultId

_FABRIC = "Azure"  # the only fabric of Azure VM backup
_TIER_TYPES = (TierType.INVALID, TierType.INSTANT, TierType.HARDENED, TierType.ARCHIVED)
_TIER_STATUSES = (
    TierStatus.INVALID,
    TierStatus.VALID,
    TierStatus.DISABLED,
    TierStatus.DELETED,
    TierStatus.REHYDRATED,
)


class Vaults(Calls):
    """What a Recovery Services vault knows and does. Every method raises `ArmError`s."""

    @translated
    def job(self, vault: VaultId, job_id: str) -> Job:
        """One job with its phases. The service allows 150 reads of jobs an hour."""
        client = self._clients.backup(vault.subscription)
        return _job(body(client.job_details.get(vault.name, vault.group, job_id)))

    @translated
    def jobs(self, vault: VaultId, since: datetime, until: datetime) -> list[Job]:
        """The VM backup jobs that started in a span of time, whatever their state."""
        client = self._clients.backup(vault.subscription)
        found = client.backup_jobs.list(vault.name, vault.group, filter=_span(since, until))
        return [_job(body(row)) for row in found]

    @translated
    def protected_item(self, item: ItemId) -> ProtectedItem:
        """The state of a protected VM."""
        client = self._clients.backup(item.vault.subscription)
        return _item(body(client.protected_items.get(*_address(item))))

    @translated
    def policy(self, vault: VaultId, policy_id: str) -> Policy:
        """A backup policy by its ARM id or its name."""
        client = self._clients.backup(vault.subscription)
        name = policy_id.rstrip("/").rpartition("/")[2]
        return _policy(body(client.protection_policies.get(vault.name, vault.group, name)))

    @translated
    def recovery_points(self, item: ItemId) -> list[RecoveryPoint]:
        """All recovery points of an item with the tiers that hold them."""
        client = self._clients.backup(item.vault.subscription)
        return [_recovery_point(body(row)) for row in client.recovery_points.list(*_address(item))]

    @translated
    def start_backup(self, item: ItemId, expires_at: datetime) -> str:
        """Ask for an ad hoc backup; returns the operation id for `backup_operation`.

        Sent exactly once: after `Unavailable` look for the job, never call again blindly.
        """
        client = self._clients.backup(item.vault.subscription)
        request = {
            "properties": {"objectType": "IaasVMBackupRequest", "recoveryPointExpiryTimeInUTC": _stamp(expires_at)}
        }
        trigger: Callable[..., Any] = client.backups.trigger  # returns None and drops the headers, hence ``cls``
        response = trigger(*_address(item), request, cls=answer)
        return _operation_id(response.headers)

    @translated
    def backup_operation(self, item: ItemId, operation_id: str) -> BackupOperation:
        """Whether the request for an ad hoc backup has made a job."""
        client = self._clients.backup(item.vault.subscription)
        status = body(client.protected_item_operation_statuses.get(*_address(item), operation_id))
        code, message = error_of(status)
        job_id = text(status, "properties", "jobId")
        return BackupOperation(
            status=text(status, "status") or "InProgress",
            job_id=job_id.lower() if job_id else None,
            code=code,
            message=message,
        )


def _address(item: ItemId) -> tuple[str, str, str, str, str]:
    return item.vault.name, item.vault.group, _FABRIC, item.container, item.item


def _span(since: datetime, until: datetime) -> str:
    """The filter of the job list; times have whole seconds, so the end is rounded up.

    Source: Azure REST API reference, "Backup Jobs - List", filter; time format ``yyyy-MM-dd hh:mm:ss tt``, UTC.
    """
    start, end = (at.astimezone(UTC).strftime("%Y-%m-%d %I:%M:%S %p") for at in (since, until + timedelta(seconds=1)))
    kind = "operation eq 'Backup' and backupManagementType eq 'AzureIaasVM'"
    return f"{kind} and startTime eq '{start}' and endTime eq '{end}'"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _operation_id(headers: Mapping[str, str]) -> str:
    url = headers.get("Azure-AsyncOperation") or headers.get("Location") or ""
    operation = urlsplit(url).path.rpartition("/")[2]
    if not operation:
        raise Unavailable("The backup was accepted, but the answer names no operation: look for its job.", status=202)
    return operation


def _job(row: Mapping[str, Any]) -> Job:
    properties = dig(row, "properties")
    return Job(
        id=(text(row, "name") or "").lower(),
        vault_job_id=identity(row),
        item_container=text(properties, "containerName"),
        operation=text(properties, "operation") or "",
        status=text(properties, "status") or "",
        started_at=moment(properties, "startTime"),
        ended_at=moment(properties, "endTime"),
        user_triggered=flag(properties, "isUserTriggered"),
        errors=[_error(entry) for entry in rows(properties, "errorDetails")],
        phases=[
            JobPhase(name=text(task, "taskId") or "", status=text(task, "status") or "")
            for task in rows(properties, "extendedInfo", "tasksList")
        ],
    )


def _error(entry: object) -> JobError:
    return JobError(
        number=number(entry, "errorCode"),
        title=text(entry, "errorTitle"),
        text=text(entry, "errorString"),
        recommendations=texts(entry, "recommendations"),
    )


def _item(row: Mapping[str, Any]) -> ProtectedItem:
    properties = dig(row, "properties")
    data_id = dig(properties, "protectedItemDataId")
    return ProtectedItem(
        id=identity(row),
        vm_id=text(properties, "virtualMachineId") or text(properties, "sourceResourceId"),
        data_id=None if data_id is None else str(data_id),
        policy_id=text(properties, "policyId"),
        protection_state=text(properties, "protectionState"),
        last_status=text(properties, "lastBackupStatus"),
        last_backup_at=moment(properties, "lastBackupTime"),
        health=[
            Health(number=number(entry, "code"), title=text(entry, "title"))
            for entry in rows(properties, "healthDetails")
        ],
    )


def _policy(row: Mapping[str, Any]) -> Policy:
    properties = dig(row, "properties")
    return Policy(
        id=identity(row),
        group_prefix=text(properties, "instantRPDetails", "azureBackupRGNamePrefix"),
        group_suffix=text(properties, "instantRPDetails", "azureBackupRGNameSuffix"),
        instant_retention_days=number(properties, "instantRpRetentionRangeInDays"),
    )


def _recovery_point(row: Mapping[str, Any]) -> RecoveryPoint:
    properties = dig(row, "properties")
    return RecoveryPoint(
        id=identity(row),
        at=moment(properties, "recoveryPointTime"),
        tiers=[
            Tier(
                type=_word(dig(tier, "type"), _TIER_TYPES),
                status=_word(dig(tier, "status"), _TIER_STATUSES),
            )
            for tier in rows(properties, "recoveryPointTierDetails")
        ],
    )


def _word(value: object, words: tuple[TierType, ...] | tuple[TierStatus, ...]) -> str:
    """The enumeration's word: the service writes its number or the word, in any case; anything else stays as it is."""
    index = number({"value": value}, "value")
    if index is not None and index < len(words):
        return words[index]
    return next((word for word in words if word.lower() == str(value).lower()), str(value))
