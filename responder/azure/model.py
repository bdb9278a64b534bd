"""What the gateway returns: plain values that may travel through Durable history. All times are aware UTC."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from responder.wire import Wire


class JobError(Wire):
    """One entry of a job's ``errorDetails``; the title often, not always, holds the string code."""

    number: int | None = None
    title: str | None = None
    text: str | None = None
    recommendations: list[str] = []


class JobPhase(Wire):
    """One task of a job: ``Take Snapshot`` or ``Transfer data to vault``, and how it stands."""

    name: str
    status: str


class Job(Wire):
    """A backup job. Only `Gateway.job` knows its phases; rows of `Gateway.jobs` have none."""

    id: str  # the job's GUID, lower-case
    vault_job_id: str  # full ARM id
    item_container: str | None = None  # ``iaasvmcontainerv2;<group>;<vm>``
    operation: str
    status: str  # InProgress, Completed, CompletedWithWarnings, Failed, Cancelling, Cancelled, or a new word
    started_at: datetime | None = None
    ended_at: datetime | None = None
    user_triggered: bool | None = None
    errors: list[JobError] = []
    phases: list[JobPhase] = []


class Health(Wire):
    """One entry of an item's ``healthDetails``: it speaks of the item now, not of one job."""

    number: int | None = None
    title: str | None = None


class ProtectedItem(Wire):
    """What a vault knows of one protected VM."""

    id: str
    vm_id: str | None = None
    data_id: str | None = None  # the number in ``AzureBackup_<vm>_<number>``, the VM's restore point collection
    policy_id: str | None = None
    protection_state: str | None = None
    last_status: str | None = None
    last_backup_at: datetime | None = None
    health: list[Health] = []


class Policy(Wire):
    """The parts of a VM backup policy that say where and how long instant restore points live."""

    id: str
    group_prefix: str | None = None
    group_suffix: str | None = None
    instant_retention_days: int | None = None


class TierType(StrEnum):
    """Where a copy of a recovery point lies."""

    INVALID = "Invalid"
    INSTANT = "InstantRP"
    HARDENED = "HardenedRP"
    ARCHIVED = "ArchivedRP"


class TierStatus(StrEnum):
    """State of that copy."""

    INVALID = "Invalid"
    VALID = "Valid"
    DISABLED = "Disabled"
    DELETED = "Deleted"
    REHYDRATED = "Rehydrated"


class Tier(Wire):
    """One copy of a recovery point. Words unknown to this app stay as the service wrote them."""

    type: str  # a `TierType`
    status: str  # a `TierStatus`


class RecoveryPoint(Wire):
    """A recovery point of a protected item, with the tiers that hold it."""

    id: str
    at: datetime | None = None
    tiers: list[Tier] = []

    @property
    def in_vault(self) -> bool:
        """Whether a valid copy lies in the vault (standard or archive tier), beyond the reach of the VM's group."""
        return any(
            tier.type in {TierType.HARDENED, TierType.ARCHIVED}
            and tier.status in {TierStatus.VALID, TierStatus.REHYDRATED}
            for tier in self.tiers
        )


class Lock(Wire):
    """A management lock. ``raw`` is the body with which `Gateway.put_lock` puts it back."""

    id: str
    name: str
    level: str  # CanNotDelete or ReadOnly
    notes: str | None = None
    owners: list[str] = []
    scope: str
    raw: dict[str, Any] = {}


class Point(Wire):
    """One restore point in a collection."""

    id: str
    name: str
    created_at: datetime | None = None
    state: str | None = None


class Collection(Wire):
    """A restore point collection. ``points`` is None where it was listed, not read by its id."""

    id: str
    source_id: str | None = None
    location: str | None = None
    state: str | None = None
    points: list[Point] | None = None


class GroupResource(Wire):
    """A resource of a group, whatever its type."""

    id: str
    type: str


class Machine(Wire):
    """A virtual machine, as far as guards need it."""

    id: str
    location: str
    tags: dict[str, str] = {}


class Operation(Wire):
    """State of a long-running operation: ``InProgress``, ``Succeeded``, ``Failed``, ``Canceled``, or a new word."""

    status: str
    code: str | None = None
    message: str | None = None

    @property
    def running(self) -> bool:
        """Whether the operation has not ended yet; a word this app does not know counts as running."""
        return self.status not in {"Succeeded", "Failed", "Canceled", "Cancelled"}


class BackupOperation(Operation):
    """State of an ad hoc backup request: ``Succeeded`` says that the job was created, not that it is done."""

    job_id: str | None = None
