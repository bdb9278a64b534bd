"""What a scenario says of its world: validated data, every key optional.

Times are relative to the start of the world's clock. Names follow the shape that the services give them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sandbox.arm.spec_fleet import FleetSpec, MoreFailedJobSpec
from sandbox.arm.spec_machine import Count, Hours, Level, MachineSpec, Minutes, Spec
from sandbox.arm.spec_monitoring import MonitoringSpec


class VaultSpec(Spec, frozen=True):
    """The Recovery Services vault."""

    name: str = "rsv-prod-weu-01"
    group: str = "rg-backup-prod-weu"


class NetworkSpec(Spec, frozen=True):
    """The VM's network. ``deny``: outbound rules of a security group; ``route``: next hop of 0.0.0.0/0.

    ``platform`` is 168.63.129.16, ``storage`` the service tag, ``internet`` everything outside.
    """

    deny: list[Literal["platform", "storage", "internet"]] = []
    route: Literal["Internet", "VirtualAppliance", "VirtualNetworkGateway", "None"] = "Internet"
    answer_seconds: Annotated[float, Meta(ge=0)] = 8


class KeyVaultSpec(Spec, frozen=True):
    """The key vault of Azure Disk Encryption, and what the Backup service may do in it.

    ``grants_act_after_minutes``: rights that are right but young do not help a backup before.
    """

    name: str = "kv-disks-weu-01"
    group: str = "rg-keys-prod-weu"
    exists: bool = True
    soft_deleted: bool = False
    model: Literal["policies", "rbac"] = "policies"
    keys: tuple[str, ...] = ("get", "list", "backup")
    secrets: tuple[str, ...] = ("get", "list", "backup")
    role: Literal["none", "Key Vault Administrator", "Key Vault Secrets User", "custom"] = "none"
    service_object_id: str = "5b0d8c1e-7a42-4d36-9f58-3c6e2a914d70"
    firewall: bool = False
    grants_act_after_minutes: Minutes = 0


class ItemSpec(Spec, frozen=True):
    """The protected item. ``kpi``: whether its indicators name the failure of the last backup."""

    exists: bool = True
    kpi: Literal["last-failure", "none"] = "last-failure"
    state: Literal["Protected", "ProtectionStopped", "ProtectionPaused", "BackupsSuspended"] = "Protected"
    soft_deleted: bool = False


class ActivitySpec(Spec, frozen=True):
    """An entry of the activity log. ``resource``: the VM if nothing else is named."""

    operation: str
    status: Literal["Started", "Succeeded", "Failed"] = "Succeeded"
    code: str | None = None
    message: str | None = None
    caller: str = "admin@example.com"
    hours_ago: Hours = 1.6
    resource: str | None = None


class HealthSpec(Spec, frozen=True):
    """Resource Health of the VM."""

    state: Literal["Available", "Unavailable", "Degraded", "Unknown"] = "Available"
    title: str = "Available"
    summary: str = "There aren't any known Azure platform problems affecting this virtual machine."
    cause: str = ""


class LoadSpec(Spec, frozen=True):
    """Metrics of the VM while the job ran, in percent."""

    cpu: Annotated[float, Meta(ge=0, le=100)] = 12
    disk: Annotated[float, Meta(ge=0, le=100)] = 20


class OtherVaultSpec(Spec, frozen=True):
    """Another vault in which a backup job of the VM still runs."""

    name: str = "rsv-old-weu-01"
    group: str = "rg-backup-old-weu"
    minutes_ago: Minutes = 60
    ends_after_minutes: Minutes = 180


class PastJobSpec(Spec, frozen=True):
    """A backup job of the VM before the failed one; ``hours_ago`` is when it started. ``on_demand``: by a person."""

    hours_ago: Hours
    minutes: Minutes = 71
    ends_as: Literal["Completed", "CompletedWithWarnings", "Failed", "Cancelled"] = msgspec.field(
        default="Completed", name="as"
    )
    on_demand: bool = False
    code: str = "UserErrorRpCollectionLimitReached"


class ErrorSpec(Spec, frozen=True):
    """One entry of ``errorDetails``: null leaves the field out, an empty ``title`` is sent as it is."""

    title: str | None = None
    number: int | None = None
    text: str | None = None
    recommendations: list[str] = []


class FailedJobSpec(Spec, frozen=True):
    """The failed job that the alert is about; ``hours_ago`` is when it started, ``minutes`` how long it ran.

    ``errors``: its errorDetails, where the usual ones of ``code`` are not wanted. ``details``: texts in its
    propertyBag. ``phase``: which of its tasks failed.
    """

    code: str = "UserErrorRpCollectionLimitReached"
    hours_ago: Hours = 1.5
    minutes: Minutes = 12
    status: Literal["Failed", "CompletedWithWarnings", "Cancelled"] = "Failed"
    operation: str = "Backup"
    phase: Literal["snapshot", "transfer"] = "snapshot"
    errors: list[ErrorSpec] | None = None
    details: dict[str, str] = {}


class AlertSpec(Spec, frozen=True):
    """The alert. ``rule``: null takes that of the job's operation. ``hint``: null takes the job's code, "" is none."""

    rule: Literal["Backup Failure", "Restore Failure"] | None = None
    hint: str | None = None


class PointsSpec(Spec, frozen=True):
    """Restore points of the VM, one a day, and their recovery points.

    ``tier``: ``vault`` all copied to the vault, ``snapshot`` none, ``mixed`` all but the newest three.
    """

    count: Count = 18
    tier: Literal["vault", "snapshot", "mixed"] = "vault"
    newest_hours_ago: Hours = 25


class LockSpec(Spec, frozen=True):
    """A management lock.

    ``at``: ``group`` (the restore point group), ``collection``, ``subscription``, ``vm-group``, ``vault`` or an ARM id.
    """

    at: str = "group"
    name: str = "do-not-delete"
    level: Level = "CanNotDelete"
    notes: str | None = None
    owners: list[str] = []


class PolicySpec(Spec, frozen=True):
    """The backup policy; prefix and suffix name the restore point group (``{prefix}1{suffix}``)."""

    name: str = "DefaultPolicy"
    prefix: str | None = None
    suffix: str | None = None
    retention_days: Annotated[int, Meta(ge=1, le=30)] = 2
    type: Literal["V1", "V2"] = "V1"
    every_hours: Literal[4, 6, 8, 12, 24] = 24


class NeighbourSpec(Spec, frozen=True):
    """Another protected VM with an own collection of three points; without a group it shares that of the VM.

    ``overdue``: hours since its last good backup.
    """

    name: str
    group: str | None = None
    overdue: Hours | None = None


class ResourceSpec(Spec, frozen=True):
    """A resource of another kind inside the restore point group."""

    type: str
    name: str


class ServiceSpec(Spec, frozen=True):
    """The service's own clean-up: hours after an ad hoc backup failed at the limit, or ``never``."""

    cleanup: Hours | Literal["never"] = "never"


class BackupSpec(Spec, frozen=True):
    """How one ad hoc backup ends, whatever the state of its VM."""

    fails_with: str | None = None
    text: str | None = None
    after_minutes: Minutes = 12
    completes_after_minutes: Minutes | None = None
    ends_as: Literal["Completed", "CompletedWithWarnings"] = "Completed"


class RunningJobSpec(Spec, frozen=True):
    """A backup job of the item that runs already; ``ends_after_minutes`` counts from its start."""

    minutes_ago: Minutes = 30
    ends_after_minutes: Minutes = 60
    ends_as: Literal["Completed", "CompletedWithWarnings", "Failed", "Cancelled"] = msgspec.field(
        default="Completed", name="as"
    )
    code: str = "UserErrorRpCollectionLimitReached"


class DeletionSpec(Spec, frozen=True):
    """Deletion of a collection: how long it takes, and how many times it runs into the time-out first."""

    times_out: Count = 0
    minutes: Minutes = 2


class RbacSpec(Spec, frozen=True):
    """Rights of every identity beyond (``also``: patterns) and below (``deny``: actions) its role definitions."""

    deny: list[str] = []
    also: tuple[str, ...] = ()


class FaultSpec(Spec, frozen=True):
    """A disturbance: the first ``times`` requests that match, from ``after`` virtual seconds on, get this answer.

    ``match``: shell pattern of ``METHOD path``, without case. ``retryAfter``: seconds in the header; null leaves them
    in the body's text only (``seconds``). ``body``: ``html``, ``empty``, ``service`` (the backup service's own
    envelope) or ``code:<ArmCode>``; null takes the usual body of the status. ``applies``: the request takes effect
    although its answer is lost.
    """

    match: str
    status: Annotated[int, Meta(ge=400, le=599)]
    times: Count = 1
    retry_after: Count | None = msgspec.field(default=None, name="retryAfter")
    seconds: Count = 60
    body: str | None = None
    after: Annotated[float, Meta(ge=0)] = 0
    applies: bool = False


class WorldSpec(Spec, frozen=True):
    """The whole world; an empty one is the default scenario without its lock.

    ``overdue``: hours since the last good backup of the VM, whose job did not fail then: no job is newer.
    ``graph_lag_minutes``: jobs, and how they ended, are visible in Resource Graph that much later.
    ``clock_off_minutes``: the clock of Resource Manager is that far ahead of the machine's.
    """

    subscription: str = "6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
    tenant: str = "2d1b94c7-0f6e-4a53-8c21-97e3a5d0b648"
    location: str = "westeurope"
    vault: VaultSpec = VaultSpec()
    vault_location: str | None = None
    vm: MachineSpec = MachineSpec()
    network: NetworkSpec = NetworkSpec()
    key_vault: KeyVaultSpec = KeyVaultSpec()
    item: ItemSpec = ItemSpec()
    activity: list[ActivitySpec] = []
    health: HealthSpec = HealthSpec()
    load: LoadSpec = LoadSpec()
    other_vault: OtherVaultSpec | None = None
    past_jobs: list[PastJobSpec] = []
    disk_limit_gb: Count = 32767  # Azure Backup, "Troubleshoot ... agent or extension": 32 TB
    failed_job: FailedJobSpec = FailedJobSpec()
    more_failed_jobs: list[MoreFailedJobSpec] = []
    overdue: Hours | None = None
    fleet: FleetSpec | None = None
    graph_lag_minutes: Minutes = 0
    clock_off_minutes: float = 0
    monitoring: MonitoringSpec = MonitoringSpec()
    alert: AlertSpec = AlertSpec()
    points: PointsSpec = PointsSpec()
    locks: list[LockSpec] = []
    lock_settle: Annotated[float, Meta(ge=0)] = 5  # virtual seconds for which a deleted lock still acts
    policy: PolicySpec = PolicySpec()
    neighbours: tuple[str | NeighbourSpec, ...] = ("vm-app-011", "vm-app-01-old")
    group_resources: list[ResourceSpec] = []
    foreign_group: bool = False
    service: ServiceSpec = ServiceSpec()
    backups: list[BackupSpec | None] = []
    running_job: RunningJobSpec | None = None
    collection_delete: DeletionSpec = DeletionSpec()
    tags: dict[str, str] = {}
    sql_item: bool = False
    rbac: RbacSpec = RbacSpec()
    faults: list[FaultSpec] = []
    limit: Count = 18  # restore points of one VM; Azure Backup, "Troubleshoot Azure VM backup"
    numbers: dict[str, int] = {}
    page_size: Annotated[int, Meta(ge=1)] = 200


def parse(data: Mapping[str, Any]) -> WorldSpec:
    """The specification in a mapping.

    Raises:
        msgspec.ValidationError: names the key that does not fit, as ``$.points.count``.
    """
    return msgspec.convert(dict(data), WorldSpec)
