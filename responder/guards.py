"""The laws of what the app may touch, as code, in one place. Pure: facts in, a refusal or None out.

Every fix asks here twice: when it plans and, on facts read again, right before it changes anything.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from responder.azure.model import (
    Collection,
    Extension,
    GroupResource,
    Job,
    Lock,
    Machine,
    Point,
    Policy,
    RecoveryPoint,
    TierStatus,
    TierType,
)
from responder.ids import ResourceId, same, within
from responder.incident import Mode, Risk
from responder.language import say
from responder.wire import Wire

COLLECTION_TYPE = "microsoft.compute/restorepointcollections"
"""The only resource type that may be found in a group whose lock is removed."""

_SERVICE_GROUP = re.compile(r"^AzureBackupRG_[a-z0-9]+_[0-9]+$", re.IGNORECASE)
_POINT_TIME = re.compile(r"^AzureBackup_(\d{8})_(\d{6})$", re.IGNORECASE)
_SAME_POINT = timedelta(minutes=10)
_STRICTNESS = list(Mode)
_ENDED = {"completed", "completedwithwarnings", "failed", "cancelled"}
_AT_REST = {"succeeded", "failed", "canceled"}  # provisioning states in which Compute works on nothing
_IN_GROUP = re.compile(r"^/subscriptions/[^/]+/resourceGroups/[^/]+(/.+)?$", re.IGNORECASE)
_LOCK_LEVELS = {"cannotdelete", "readonly"}
_BACKUP_PUBLISHER = "microsoft.azure.recoveryservices"
_BACKUP_EXTENSIONS = {"vmsnapshot", "vmsnapshotlinux"}


class Refusal(Wire):
    """Why a law forbids a step: a name for programs, a sentence for people."""

    reason: str
    text: str


class Consent(StrEnum):
    """What a mode demands before a change."""

    GRANTED = "granted"
    ASK = "ask"
    NEVER = "never"


def in_scope(vault: str, scope: Iterable[str]) -> bool:
    """Whether the vault lies in the configured scope. An empty scope holds nothing."""
    return any(within(allowed, vault) for allowed in scope)


def strictest(modes: Iterable[Mode | None]) -> Mode:
    """The strictest of the modes that are set. None set at all means read-only."""
    ranks = [_STRICTNESS.index(mode) for mode in modes if mode is not None]
    return _STRICTNESS[min(ranks)] if ranks else Mode.READ_ONLY


def consent(risk: Risk, mode: Mode) -> Consent:
    """What a change of this risk needs in this mode."""
    if risk is Risk.MANUAL or mode is Mode.READ_ONLY:
        return Consent.NEVER
    return Consent.GRANTED if risk is Risk.SAFE and mode is Mode.AUTONOMOUS else Consent.ASK


def is_running(job: Job) -> bool:
    """Whether a job has not ended; a status word that this app does not know counts as running."""
    return job.status.lower() not in _ENDED


def is_success(job: Job) -> bool:
    """Whether a job made a recovery point, with warnings or without."""
    return job.status.lower() in {"completed", "completedwithwarnings"}


def is_service_group(group: str, policy: Policy | None) -> bool:
    """Whether a resource group is one that the Backup service makes for restore point collections.

    Its name is ``AzureBackupRG_<geo>_<n>``, or the policy's prefix, a number and the policy's suffix.
    Source: Azure VM backup, "Azure Backup resource group for virtual machines".
    """
    if _SERVICE_GROUP.match(group):
        return True
    if policy is None or not policy.group_prefix:
        return False
    wanted = f"{re.escape(policy.group_prefix)}[0-9]+{re.escape(policy.group_suffix or '')}"
    return re.fullmatch(wanted, group, re.IGNORECASE) is not None


def may_touch_collection(
    collection: Collection, *, vm_id: str, data_id: str | None, policy: Policy | None
) -> Refusal | None:
    """Law 1: only the failed VM's own collection, with the name and in the group that the service gave it."""
    where, machine = ResourceId.parse(collection.id), ResourceId.parse(vm_id)
    if where is None or machine is None or where.type.lower() != COLLECTION_TYPE:
        text = say("{collection} is not a restore point collection.", collection=collection.id)
        return Refusal(reason="NotACollection", text=text)
    if not same(collection.source_id, vm_id):
        owner = collection.source_id
        text = say("{collection} belongs to {owner}, not to the failed VM.", collection=where.name, owner=owner)
        return Refusal(reason="OtherVm", text=text)
    if not _service_name(where.name, machine.name, data_id):
        text = say("The name {name} was not given by the Backup service.", name=where.name)
        return Refusal(reason="ForeignCollection", text=text)
    if not same(f"/{where.subscription}", f"/{machine.subscription}") or not is_service_group(where.group, policy):
        text = say("The group {group} is not a restore point group of the Backup service.", group=where.group)
        return Refusal(reason="ForeignGroup", text=text)
    return None


def may_remove_lock(
    lock: Lock, collection: Collection, contents: Sequence[GroupResource], policy: Policy | None
) -> Refusal | None:
    """Law 2: only a lock on the service's own group, or on the VM's collection in it; nothing inherited or owned."""
    where = ResourceId.parse(collection.id)
    if where is None or not is_service_group(where.group, policy):
        text = say("The collection does not lie in a group of the Backup service.")
        return Refusal(reason="ForeignGroup", text=text)
    if not (same(lock.scope, where.group_id) or within(collection.id, lock.scope)):
        return _lock_elsewhere(lock, where)
    if lock.owners:
        text = say("Lock {lock} is owned by {owners}.", lock=lock.name, owners=", ".join(lock.owners))
        return Refusal(reason="OwnedLock", text=text)
    return _only_collections(where, contents)


def may_delete_collection(
    jobs: Iterable[Job], *, cleanup_since: datetime | None, grace: timedelta, now: datetime
) -> Refusal | None:
    """Law 3: never while a job runs, never before the service's own clean-up had its time."""
    running = none_running(jobs)
    if running:
        return running
    if cleanup_since is None or now - cleanup_since < grace:
        hours = f"{grace.total_seconds() / 3600:g}"
        text = say("The service's own clean-up has not had its {hours} hours since a backup.", hours=hours)
        return Refusal(reason="CleanupNotDue", text=text)
    return None


def none_running(jobs: Iterable[Job]) -> Refusal | None:
    """Law 3: nothing about a VM is changed while a backup job of it runs.

    A change during the snapshot makes it fail: Compute answers ``OperationNotAllowed``, "Changes were made to the
    Virtual Machine". Source: Troubleshoot Azure VM restore point failures, ``OperationNotAllowed``.
    """
    running = next((job for job in jobs if is_running(job)), None)
    if running is None:
        return None
    return Refusal(reason="BackupRunning", text=say("Backup job {job} is in progress.", job=running.id))


def may_delete_point(point: Point, collection: Collection) -> Refusal | None:
    """Law 1: only a point of the collection that was judged, and none that is being made."""
    if same(point.id, collection.id) or not within(collection.id, point.id):
        text = say("{point} is no restore point of {collection}.", point=point.id, collection=collection.id)
        return Refusal(reason="ForeignPoint", text=text)
    if (point.state or "").lower() in {"creating", "updating"}:
        text = say("Restore point {point} is {state}.", point=point.name, state=point.state)
        return Refusal(reason="PointInProgress", text=text)
    return None


def may_cancel_job(job: Job, *, mine: bool) -> Refusal | None:
    """Law 1 and 3: only a backup job of the failed VM's item, and only while its snapshot is taken.

    Source: Support matrix for Azure Backup, cancelling a job: only while the snapshot is taken. A job that does not
    tell its phases is not cancelled.
    """
    if not mine or job.operation.lower() != "backup":
        return Refusal(reason="ForeignJob", text=say("Job {job} is no backup job of this VM.", job=job.id))
    if not is_running(job):
        return Refusal(reason="JobEnded", text=say("Job {job} is {status}.", job=job.id, status=job.status))
    stands = {phase.name.lower(): phase.status.lower() for phase in job.phases}
    snapshot = stands.pop("take snapshot", "unknown")
    if snapshot not in {"notstarted", "inprogress"} or any(status != "notstarted" for status in stands.values()):
        return _not_cancellable(job)
    return None


def _not_cancellable(job: Job) -> Refusal:
    told = ", ".join(f"{phase.name} {phase.status}" for phase in job.phases) or say("phases unknown")
    text = say(
        "Azure cancels a job only while its snapshot is taken; job {job} is beyond that ({phases}).",
        job=job.id,
        phases=told,
    )
    return Refusal(reason="NotCancellable", text=text)


def is_backup_extension(extension: Extension) -> bool:
    """Whether an extension is the one with which Azure Backup takes snapshots, by publisher and type, not by name."""
    publisher, kind = (extension.publisher or "").lower(), (extension.type or "").lower()
    return publisher == _BACKUP_PUBLISHER and kind in _BACKUP_EXTENSIONS


def may_remove_extension(
    extension: Extension, extensions: Iterable[Extension], machine: Machine, jobs: Iterable[Job]
) -> Refusal | None:
    """Only the backup's own extension in a bad state, on a running VM whose agent can carry the removal out.

    The next backup installs it again. Whether Compute works on the VM is no reason: a stuck extension keeps the VM in
    ``Updating``. Source: Troubleshoot Azure VM backup failures, ``ExtensionStuckInDeletionState``.
    """
    if not is_backup_extension(extension):
        text = say("{name} is not an extension of Azure Backup.", name=extension.name)
        return Refusal(reason="ForeignExtension", text=text)
    if (extension.state or "").lower() == "succeeded":
        return Refusal(reason="ExtensionHealthy", text=say("{name} is in good order.", name=extension.name))
    others = [entry for entry in extensions if not is_backup_extension(entry)]
    stuck = [entry for entry in others if (entry.state or "").lower() != "succeeded"]
    if stuck:
        names = ", ".join(f"{entry.name} ({entry.state})" for entry in stuck[:3])
        text = say("Other extensions keep the agent busy: {names}.", names=names)
        return Refusal(reason="OtherExtensionStuck", text=text)
    return _runs(machine) or _agent_answers(machine) or none_running(jobs)


def may_operate(machine: Machine | None, jobs: Iterable[Job]) -> Refusal | None:
    """Restart or reapply: only a VM that runs, on which Compute works on nothing else, and never during a backup.

    Nothing that this law allows starts a VM that somebody has stopped.
    """
    if machine is None:
        return Refusal(reason="VmGone", text=say("The VM does not exist any more."))
    return _runs(machine) or _is_at_rest(machine) or none_running(jobs)


def may_run_command(machine: Machine | None, jobs: Iterable[Job]) -> Refusal | None:
    """A script of the app inside the VM: what `may_operate` demands, and an agent that answers, for it carries it.

    Source: Run scripts in your VM by using Run Command, restrictions: the VM agent must be ready.
    """
    refused = may_operate(machine, jobs)
    return refused or (_agent_answers(machine) if machine else None)


def may_put_back(lock: Lock, target: str) -> Refusal | None:
    """Only the lock that the recorded change is about: same id, a scope in a group, a level that Azure knows."""
    own = f"{lock.scope}/providers/Microsoft.Authorization/locks/{lock.name}"
    if not (same(lock.id, target) and same(lock.id, own) and _IN_GROUP.match(lock.scope)):
        text = say("The recorded lock {lock} is not the removed one, {target}.", lock=lock.id, target=target)
        return Refusal(reason="RecordMismatch", text=text)
    if lock.level.lower() not in _LOCK_LEVELS:
        return Refusal(reason="UnknownLevel", text=say("{level} is no level of a lock.", level=lock.level))
    return None


def within_quota(jobs: Iterable[Job], *, ours: Iterable[str], per_day: int, now: datetime) -> Refusal | None:
    """Law 3: on-demand backups of one item stay within the daily quota, counted over the last 24 hours.

    Counted are the jobs that the app started and those that the service marks as started by a user.
    Source: Support matrix for Azure VM backup, "On-demand backups": three a day beside the scheduled one.
    """
    known = {job.lower() for job in ours}
    recent = [job for job in jobs if job.started_at and now - job.started_at < timedelta(days=1)]
    used = [job for job in recent if job.user_triggered or job.id.lower() in known]
    if len(used) < per_day:
        return None
    text = say("{count} on-demand backups in 24 hours; {limit} are allowed.", count=len(used), limit=per_day)
    return Refusal(reason="DailyQuotaReached", text=text)


def deletion_risk(points: Sequence[Point], recovery_points: Sequence[RecoveryPoint]) -> Risk:
    """Law 3: deletion is safe only if every restore point is proven to be in the vault tier.

    A restore point is proven when a recovery point of its moment has a valid HardenedRP tier; besides, no recovery
    point may exist in the snapshot tier alone. Anything unclear counts as not in the vault.
    """
    alone = [point for point in recovery_points if _in_snapshot_tier(point) and not point.in_vault]
    proven = points and all(any(_is_copy(point, copy) for copy in recovery_points) for point in points)
    return Risk.SAFE if proven and not alone else Risk.DISRUPTIVE


def _runs(machine: Machine) -> Refusal | None:
    if machine.power == "running":
        return None
    power = machine.power or say("in an unknown power state")
    return Refusal(reason="NotRunning", text=say("The VM is {power}, not running.", power=power))


def _is_at_rest(machine: Machine) -> Refusal | None:
    """A state word that this app does not know counts as work in progress."""
    if (machine.state or "").lower() in _AT_REST:
        return None
    state = machine.state or say("in an unknown state")
    return Refusal(reason="VmBusy", text=say("The VM is {state}: Azure works on it.", state=state))


def _agent_answers(machine: Machine) -> Refusal | None:
    told = machine.agent.display if machine.agent else None
    if (told or "").lower() == "ready":
        return None
    text = say("The VM agent does not answer ({status}).", status=told or say("no status"))
    return Refusal(reason="AgentSilent", text=text)


def _service_name(name: str, machine: str, data_id: str | None) -> bool:
    wanted = {f"azurebackup_{machine}".lower()}
    if data_id:
        wanted.add(f"azurebackup_{machine}_{data_id}".lower())
    return name.lower() in wanted


def _lock_elsewhere(lock: Lock, where: ResourceId) -> Refusal:
    if within(lock.scope, where.group_id):
        text = say("Lock {lock} sits on {scope}, above the restore point group.", lock=lock.name, scope=lock.scope)
        return Refusal(reason="InheritedLock", text=text)
    text = say("Lock {lock} sits on {scope}, which is not the service's own.", lock=lock.name, scope=lock.scope)
    return Refusal(reason="ForeignLock", text=text)


def _only_collections(where: ResourceId, contents: Sequence[GroupResource]) -> Refusal | None:
    foreign = [thing.id for thing in contents if thing.type.lower() != COLLECTION_TYPE]
    if foreign:
        text = say("The group {group} also holds {names}.", group=where.group, names=", ".join(foreign[:3]))
        return Refusal(reason="GroupHoldsOthers", text=text)
    if not contents:
        text = say("No resource of the group {group} could be listed.", group=where.group)
        return Refusal(reason="GroupLooksEmpty", text=text)
    return None


def _is_copy(point: Point, copy: RecoveryPoint) -> bool:
    if not copy.in_vault or copy.at is None:
        return False
    if point.created_at is not None and abs(point.created_at - copy.at) > _SAME_POINT:
        return False
    named = _POINT_TIME.match(point.name)
    if named is None:
        return False
    # The service writes the hour of the name on the 12-hour clock; 24 hours are accepted too.
    return "".join(named.groups()) in {copy.at.strftime("%Y%m%d%I%M%S"), copy.at.strftime("%Y%m%d%H%M%S")}


def _in_snapshot_tier(point: RecoveryPoint) -> bool:
    return any(tier.type == TierType.INSTANT and tier.status == TierStatus.VALID for tier in point.tiers)
