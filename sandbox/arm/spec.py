"""What a scenario says of its world: validated data, every key optional.

Times are relative to the start of the world's clock. Names follow the shape that the services give them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Hours = Annotated[float, Meta(ge=0)]
Minutes = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Level = Literal["CanNotDelete", "ReadOnly"]

_LOOKING_AROUND = (
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.RecoveryServices/Vaults/read",
    "Microsoft.RecoveryServices/Vaults/backupProtectedItems/read",
    "Microsoft.RecoveryServices/Vaults/backupProtectionContainers/read",
    "Microsoft.RecoveryServices/Vaults/backupOperations/read",
    "Microsoft.RecoveryServices/locations/backupStatus/action",
    "Microsoft.Compute/virtualMachines/instanceView/read",
    "Microsoft.Compute/virtualMachines/extensions/read",
)


class Spec(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Base: an unknown key is an error that names it."""


class VaultSpec(Spec, frozen=True):
    """The Recovery Services vault."""

    name: str = "rsv-prod-weu-01"
    group: str = "rg-backup-prod-weu"


class MachineSpec(Spec, frozen=True):
    """A virtual machine."""

    name: str = "vm-app-01"
    group: str = "rg-app-prod-weu"


class FailedJobSpec(Spec, frozen=True):
    """The failed job that the alert is about; ``hours_ago`` is when it started."""

    code: str = "UserErrorRpCollectionLimitReached"
    hours_ago: Hours = 1.5


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


class NeighbourSpec(Spec, frozen=True):
    """Another protected VM with an own collection of three points; without a group it shares that of the VM."""

    name: str
    group: str | None = None


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
    """Rights of the identity beyond (``also``: patterns) and below (``deny``: actions) the role definitions.

    The default of ``also`` is what a person who looks around with the Azure CLI needs and the app does not.
    """

    deny: list[str] = []
    also: tuple[str, ...] = _LOOKING_AROUND


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
    """The whole world; an empty one is the default scenario without its lock."""

    subscription: str = "6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
    tenant: str = "2d1b94c7-0f6e-4a53-8c21-97e3a5d0b648"
    location: str = "westeurope"
    vault: VaultSpec = VaultSpec()
    vm: MachineSpec = MachineSpec()
    failed_job: FailedJobSpec = FailedJobSpec()
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
