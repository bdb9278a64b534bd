"""Azure Backup: vaults, protected items, recovery points, ad hoc backups.

Source: azure-mgmt-recoveryservicesbackup 11.2.0 (API 2026-10-01); Azure REST API reference, "Recovery Services Backup".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from responder.azure import places
from responder.azure.calls import Calls, answer, body, changes, identity
from responder.azure.model import (
    BackupOperation,
    Health,
    ProtectedItem,
    RecoveryPoint,
    Tier,
    TierStatus,
    TierType,
    Vault,
)
from responder.azure.translate import error_of, translated
from responder.dig import dig, flag, moment, number, rows, text
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
    def vault(self, vault: VaultId) -> Vault:
        """The vault itself."""
        row = self._ask(vault.subscription, places.vault_path(vault), places.VAULT_API)
        return Vault(id=identity(row), location=text(row, "location") or "")

    @translated
    def protected_item(self, item: ItemId) -> ProtectedItem:
        """The state of a protected VM."""
        client = self._clients.backup(item.vault.subscription)
        return _item(body(client.protected_items.get(*_address(item))))

    @translated
    def recovery_points(self, item: ItemId) -> list[RecoveryPoint]:
        """All recovery points of an item with the tiers that hold them."""
        client = self._clients.backup(item.vault.subscription)
        return [_recovery_point(body(row)) for row in client.recovery_points.list(*_address(item))]

    @changes
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


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _operation_id(headers: Mapping[str, str]) -> str:
    url = headers.get("Azure-AsyncOperation") or headers.get("Location") or ""
    operation = urlsplit(url).path.rpartition("/")[2]
    if not operation:
        raise Unavailable("The backup was accepted, but the answer names no operation: look for its job.", status=202)
    return operation


def _item(row: Mapping[str, Any]) -> ProtectedItem:
    properties = dig(row, "properties")
    data_id = dig(properties, "protectedItemDataId")
    kpi = dig(properties, "kpisHealths", "BackupOperationStatusKPI")
    return ProtectedItem(
        id=identity(row),
        vm_id=text(properties, "virtualMachineId") or text(properties, "sourceResourceId"),
        data_id=None if data_id is None else str(data_id),
        policy_id=text(properties, "policyId"),
        protection_state=text(properties, "protectionState"),
        last_status=text(properties, "lastBackupStatus"),
        last_backup_at=moment(properties, "lastBackupTime"),
        health=_health(rows(properties, "healthDetails")),
        kpi=_health(rows(kpi, "resourceHealthDetails")),
        kpi_status=text(kpi, "resourceHealthStatus"),
        soft_deleted=flag(properties, "isScheduledForDeferredDelete") is True,
    )


def _health(entries: list[object]) -> list[Health]:
    return [Health(number=number(entry, "code"), title=text(entry, "title")) for entry in entries]


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
