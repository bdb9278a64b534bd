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
    details: dict[str, str] = {}  # dynamicErrorMessage and propertyBag, where they are texts; `Gateway.job` alone


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
    kpi: list[Health] = []  # of ``BackupOperationStatusKPI``: names the failure where ``health`` stays green
    kpi_status: str | None = None  # TransientDegraded, PersistentUnhealthy ...: Degraded user, Unhealthy service error
    soft_deleted: bool = False


class Policy(Wire):
    """The parts of a VM backup policy that say where and how long instant restore points live."""

    id: str
    group_prefix: str | None = None
    group_suffix: str | None = None
    instant_retention_days: int | None = None
    type: str | None = None  # V1 standard, V2 enhanced
    runs_per_day: int | None = None  # scheduled backups in 24 hours; None where the schedule is not understood
    longest_gap_hours: int | None = None  # between two scheduled backups; None where the schedule is not understood


class Vault(Wire):
    """A Recovery Services vault."""

    id: str
    location: str


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


class Agent(Wire):
    """What the VM agent reported last. A stopped VM may still show a ``Ready`` agent: look at the power first."""

    version: str | None = None  # "Unknown" when it is silent
    display: str | None = None  # "Ready", "Not Ready"
    code: str | None = None
    message: str | None = None
    at: datetime | None = None


class AttachedDisk(Wire):
    """A disk in the VM's storage profile. Without an id it is an unmanaged page blob."""

    name: str
    id: str | None = None
    size_gb: int | None = None


class Machine(Wire):
    """A virtual machine: its model and its instance view, read in one request."""

    id: str
    location: str
    tags: dict[str, str] = {}
    os: str | None = None  # windows or linux
    os_name: str | None = None  # as the agent reports it, "ubuntu"
    state: str | None = None  # provisioningState: Succeeded, Updating, Failed ...
    power: str | None = None  # running, starting, stopping, stopped, deallocating, deallocated
    agent: Agent | None = None
    disks: list[AttachedDisk] = []
    interfaces: list[str] = []  # ids of the network interfaces, the primary one first
    extension_operations: bool = True


class Extension(Wire):
    """An extension of a VM. ``messages``: texts of its statuses and substatuses in the instance view."""

    id: str
    name: str
    publisher: str | None = None
    type: str | None = None
    version: str | None = None
    state: str | None = None  # provisioningState
    messages: list[str] = []


class EncryptionKey(Wire):
    """A secret or key of Azure Disk Encryption and the key vault that holds it."""

    kind: str  # secret (BEK) or key (KEK)
    vault_id: str


class Disk(Wire):
    """A managed disk."""

    id: str
    name: str
    size_gb: int | None = None
    sku: str | None = None
    state: str | None = None  # diskState: Attached, Reserved, Unattached ...
    max_shares: int = 1
    encrypted: bool = False  # Azure Disk Encryption
    keys: list[EncryptionKey] = []
    encryption_set: str | None = None


class Address(Wire):
    """One IP configuration of a network interface."""

    ip: str | None = None
    allocation: str | None = None  # Dynamic or Static


class Interface(Wire):
    """A network interface."""

    id: str
    addresses: list[Address] = []


class SecurityRule(Wire):
    """One effective security rule."""

    name: str
    direction: str  # Inbound or Outbound
    access: str  # Allow or Deny
    priority: int
    protocol: str  # Tcp, Udp, All
    destinations: list[str] = []  # prefixes, service tags, or *, 0.0.0.0/0
    ports: list[str] = []  # "80-80", "0-65535"
    group: str | None = None  # id of the network security group


class Route(Wire):
    """One effective route."""

    prefixes: list[str] = []
    next_hop: str  # Internet, VirtualAppliance, VirtualNetworkGateway, None ...
    source: str | None = None  # Default, User, VirtualNetworkGateway
    active: bool = True
    addresses: list[str] = []


class LongAnswer(Wire):
    """Answer of a request that ARM works on for a while: its body, or the URL at which to ask again."""

    url: str | None = None
    body: Any = None


class AccessPolicy(Wire):
    """The rights of one object in a key vault; rights are lower-case."""

    object_id: str
    keys: list[str] = []
    secrets: list[str] = []


class KeyVault(Wire):
    """A key vault."""

    id: str
    name: str
    location: str = ""
    rbac: bool = False
    policies: list[AccessPolicy] = []
    firewall: bool = False  # networkAcls deny by default, and trusted Azure services may not pass


class RoleAssignment(Wire):
    """A role of a principal at a scope."""

    principal_id: str
    role_id: str
    scope: str


class RoleDefinition(Wire):
    """What a role allows in the data plane."""

    id: str
    name: str
    data_actions: list[str] = []
    not_data_actions: list[str] = []


class ActivityEvent(Wire):
    """One entry of the activity log."""

    at: datetime | None = None
    operation: str  # Microsoft.Compute/restorePointCollections/delete
    status: str  # Started, Succeeded, Failed
    code: str | None = None  # ScopeLocked, RequestDisallowedByPolicy ..., from its properties
    message: str | None = None
    caller: str | None = None
    resource_id: str | None = None


class Availability(Wire):
    """Resource Health of a VM."""

    state: str  # Available, Unavailable, Degraded, Unknown
    title: str | None = None
    summary: str | None = None
    cause: str | None = None  # reasonType: Unplanned, Planned, UserInitiated ...
    at: datetime | None = None


class Operation(Wire):
    """State of a long-running operation: ``InProgress``, ``Succeeded``, ``Failed``, ``Canceled``, or a new word."""

    status: str
    code: str | None = None
    message: str | None = None
    output: Any = None  # what a run command wrote

    @property
    def running(self) -> bool:
        """Whether the operation has not ended yet; a word this app does not know counts as running."""
        return self.status not in {"Succeeded", "Failed", "Canceled", "Cancelled"}


class BackupOperation(Operation):
    """State of an ad hoc backup request: ``Succeeded`` says that the job was created, not that it is done."""

    job_id: str | None = None
