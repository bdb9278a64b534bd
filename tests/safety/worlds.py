"""Random worlds: every key that the specification of a world has, and what happens around it.

Half of the worlds lean towards one playbook, so that the changes of rare runbooks come up too. Whatever is drawn
rarely shrinks to its absence.
"""

import json
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from sandbox.arm.spec import WorldSpec

T = TypeVar("T")
World = dict[str, Any]
Draws = st.SearchStrategy[Any]

_ROOT = Path(__file__).parents[2]
_SUBSCRIPTION = f"/subscriptions/{WorldSpec().subscription}"
_VM = f"{_SUBSCRIPTION}/resourceGroups/rg-app-prod-weu/providers/Microsoft.Compute/virtualMachines/vm-app-01"
_ABSENT: Any = object()
_OWNER = "9f1b6d52-3c0e-4f7a-8a65-2b1d0e7c4f33"
_CURES = ["reapply", "restart", "run-command"]
_SEED = [
    *("UserErrorRpCollectionLimitReached", "UserErrorBackupOperationInProgress", "BackUpOperationFailedV2"),
    *("UserErrorGuestAgentStatusUnavailable", "GuestAgentSnapshotTaskStatusError", "UserErrorUnsupportedDiskSize"),
]
_CATALOGUE = sorted(path.stem for path in (_ROOT / "playbooks/catalogue").glob("*.yaml"))
_ACTIONS = sorted(
    action
    for path in (_ROOT / "infra/roles").glob("*.json")
    for action in json.loads(path.read_text("utf-8"))["Actions"]
)

codes = st.sampled_from(_SEED * 4 + _CATALOGUE + ["UserErrorSomethingNew", "usererrorrpcollectionlimitreached"])
cures = st.lists(st.sampled_from(_CURES), max_size=2, unique=True)


def pick(*values: T) -> st.SearchStrategy[T]:
    """One of the values; repeat one to see it more often."""
    return st.sampled_from(values)


def rarely(strategy: Draws, one_in: int = 8) -> Draws:
    """A key that most worlds do not have."""
    return pick(*[False] * (one_in - 1), True).flatmap(lambda there: strategy if there else st.just(_ABSENT))


def keys(**strategies: Draws) -> st.SearchStrategy[World]:
    """A dictionary of those keys that are not absent."""
    return st.fixed_dictionaries(strategies).map(_present)


def _present(drawn: World) -> World:
    return {key: value for key, value in drawn.items() if value is not _ABSENT}


lengths = pick(5, 30, 90, 300, 800, 1500)  # minutes
agents = keys(
    state=pick("ready", "not-ready", "waiting-for-network", "absent"),
    version=rarely(pick("2.7.41491.1149", "2.2.40", "unknown"), 4),
    silent_hours=rarely(pick(0, 2, 40), 3),
    recovers_after_hours=rarely(pick(0.2, 2, 9), 3),
    recovers_on=rarely(cures, 2),
)
backup_extensions = keys(
    present=rarely(pick(False)),
    state=pick("Failed", "Deleting", "Updating", "Creating", "Unavailable", "Succeeded"),
    message=rarely(pick("VSS writer in a bad state", "Windows Installer 1603", "fsfreeze"), 3),
    recovers_on=rarely(cures, 3),
    deletion_minutes=rarely(pick(1, 20, 500), 3),
    deletion_fails=pick(0, 1, 3, 3, 9),
)
extensions = keys(
    name=pick("SiteRecovery-Windows", "AzureMonitorWindowsAgent", "VMSnapshotOther"),
    publisher=pick("Microsoft.Compute", "Microsoft.Azure.RecoveryServices.SiteRecovery", "VMSnapshot"),
    type=pick("CustomScriptExtension", "VMSnapshot", "Windows"),
    state=pick("Succeeded", "Succeeded", "Failed", "Updating"),
)
disks = keys(
    name=st.uuids().map(lambda drawn: f"disk-{drawn.hex[:6]}"),
    size_gb=pick(128, 128, 4096, 40000),
    shares=pick(1, 1, 1, 2),
    state=rarely(pick("ActiveSAS", "Unattached", "Reserved"), 4),
    encrypted=rarely(st.booleans(), 3),
    key=rarely(st.booleans(), 3),
    exists=rarely(pick(False), 12),
)
states = pick("Failed", "Failed", "Updating", "Creating", "Canceled", "Deleting")
machines: dict[str, Draws] = {
    "exists": rarely(pick(False), 40),
    "group_exists": rarely(pick(False), 60),
    "moved_to": rarely(pick("rg-app-new-weu"), 40),
    "location": rarely(pick("northeurope"), 40),
    "os": pick("windows", "windows", "linux"),
    "os_name": rarely(pick("Windows Server 2019 Datacenter", "debian", "rhel"), 6),
    "power": rarely(pick("starting", "stopping", "stopped", "deallocating", "deallocated"), 9),
    "state": rarely(states, 8),
    "state_settles_after_minutes": rarely(pick(5, 90), 3),
    "state_recovers_on": rarely(cures, 3),
    "agent": rarely(agents, 5),
    "backup_extension": rarely(backup_extensions, 6),
    "extensions": rarely(st.lists(extensions, max_size=2, unique_by=lambda drawn: str(drawn["name"])), 6),
    "disks": rarely(st.lists(disks, max_size=2, unique_by=lambda drawn: str(drawn["name"])), 5),
    "unmanaged": rarely(pick(True), 20),
    "address": rarely(pick("Static"), 12),
}
errors = keys(
    title=rarely(st.one_of(codes, pick(None, "", "Unbekannter Fehler", "0x80070002")), 1),
    number=rarely(pick(0, 400002, 400196, 499001, 1073741824 + 400196, 320001), 3),
    text=rarely(
        pick(
            "Die Sicherung ist fehlgeschlagen: interner Fehler.",
            "Sauvegarde impossible: limite atteinte",
            "The Restore Point collection max limit has reached.",
            "DiskRestorePointUsedByCustomer: the restore point is in use",
            "",
        ),
        2,
    ),
)
failed_jobs: dict[str, Draws] = {
    "code": codes,
    "hours_ago": rarely(pick(0.3, 6, 30), 5),
    "minutes": rarely(pick(1, 300), 5),
    "status": rarely(pick("CompletedWithWarnings", "Cancelled"), 20),
    "operation": rarely(pick("Restore", "ConfigureBackup", "DeleteBackupData", "Frobnicate", ""), 30),
    "phase": rarely(pick("transfer"), 6),
    "errors": rarely(st.lists(errors, max_size=3), 8),
    "details": rarely(pick({"Cause": "ScopeLocked"}, {"dynamicErrorMessage": "RequestDisallowedByPolicy"}), 10),
}
running = st.builds(
    lambda ago, length, end: {"minutes_ago": ago, "ends_after_minutes": ago + length, "as": end},
    st.integers(1, 80),
    lengths,
    pick("Completed", "CompletedWithWarnings", "Failed", "Cancelled"),
)
past_jobs = keys(hours_ago=pick(25, 49, 73, 97), minutes=pick(10, 71, 900), code=codes).flatmap(
    lambda drawn: pick("Completed", "Failed", "Failed", "Cancelled").map(lambda end: {**drawn, "as": end})
)
locks = keys(
    at=pick("group", "group", "collection", "subscription", "vm-group", "vault", _VM),
    level=pick("CanNotDelete", "CanNotDelete", "ReadOnly"),
    owners=rarely(pick([_OWNER]), 4),
    notes=rarely(pick("change request 4711", 'it\'s "quoted" $HOME'), 4),
)
backups = st.one_of(
    st.none(),
    st.builds(lambda code, late: {"fails_with": code, "after_minutes": late}, codes, pick(2, 12, 200)),
    st.builds(
        lambda long, end: {"completes_after_minutes": long, "ends_as": end},
        lengths,
        pick("Completed", "CompletedWithWarnings"),
    ),
)
bodies = pick("html", "empty", "service", "code:ScopeLocked", "code:Conflict", "code:UserErrorVmNotFoundV2")
faults = st.builds(
    lambda match, status, times, more: {
        **more,
        "match": match,
        "status": status,
        "times": times,
        # Only an answer of a server that broke down leaves open whether the request took effect.
        "applies": status >= 500 and more.get("applies", False),
    },
    pick(
        *("* *", "GET *", "GET */backupJobs*", "GET */virtualMachines/*", "GET */locks*", "GET *Collections*"),
        *("GET */operations*", "GET */extensions*", "GET */protectedItems/*", "POST *ResourceGraph*", "POST *"),
        *("DELETE *", "DELETE */locks/*", "DELETE *Collections/*", "DELETE */extensions/*", "POST */backup"),
        *("POST */cancel", "POST */restart", "POST */reapply", "POST */runCommand"),
    ),
    pick(403, 404, 409, 429, 500, 500, 502, 503, 504),
    pick(1, 1, 2, 4, 30),
    keys(
        applies=rarely(pick(True), 2),
        body=rarely(bodies, 3),
        retryAfter=rarely(pick(0, 5, 400), 3),
        after=rarely(pick(60, 3600, 90000), 3),
    ),
)
neighbours = st.lists(
    pick(
        *("vm-app-011", "vm-app-0", "vm-app-01-old", "VM-APP-01x", "AzureBackup_vm-app-01"),
        {"name": "vm-app-01", "group": "rg-app-test-weu"},
    ),
    max_size=3,
    unique_by=str,
)
key_vaults = keys(
    exists=rarely(pick(False), 4),
    soft_deleted=rarely(pick(True), 4),
    model=pick("policies", "rbac"),
    keys=rarely(pick((), ("get",)), 2),
    secrets=rarely(pick((), ("get", "list")), 3),
    role=rarely(pick("Key Vault Administrator", "custom", "none"), 2),
    firewall=rarely(pick(True), 3),
    grants_act_after_minutes=rarely(pick(10, 100), 3),
)
activities = keys(
    operation=pick("Microsoft.Compute/virtualMachines/write", "Microsoft.Compute/restorePointCollections/write"),
    status=pick("Failed", "Succeeded"),
    code=rarely(pick("ScopeLocked", "RequestDisallowedByPolicy", "DiskRestorePointUsedByCustomer"), 2),
)
specs: dict[str, Draws] = {
    "vm": keys(**machines),
    "failed_job": keys(**failed_jobs),
    "points": keys(count=pick(0, 1, 17, 18, 18, 18, 20), tier=pick("vault", "vault", "vault", "mixed", "snapshot")),
    "locks": rarely(st.lists(locks, max_size=3), 2),
    "service": rarely(pick({"cleanup": 3}), 3),
    "policy": rarely(
        keys(prefix=pick("rg-points-", "AzureBackupRG_"), suffix=pick("-weu", ""), type=pick("V1", "V2")), 4
    ),
    "foreign_group": rarely(pick(True), 15),
    "group_resources": rarely(pick([{"type": "Microsoft.Compute/disks", "name": "disk-1"}]), 10),
    "backups": rarely(st.lists(backups, max_size=4), 2),
    "running_job": rarely(running, 6),
    "past_jobs": rarely(st.lists(past_jobs, max_size=4), 5),
    "collection_delete": rarely(keys(times_out=st.integers(0, 5), minutes=pick(2, 40, 500)), 3),
    "neighbours": rarely(neighbours, 2),
    "tags": rarely(
        pick(*[{"backup-responder": mode} for mode in ("read-only", "review", "review", "autonomous", "off", "")])
        | pick({"Backup-Responder": " Review "}, {"owner": "finance"}),
        8,
    ),
    "sql_item": rarely(pick(True), 60),
    "network": rarely(keys(deny=pick([], ["platform"], ["storage", "internet"]), route=pick("None", "Internet")), 8),
    "key_vault": rarely(key_vaults, 8),
    "item": rarely(
        keys(
            exists=rarely(pick(False), 4),
            soft_deleted=rarely(pick(True), 4),
            state=pick("ProtectionStopped", "ProtectionPaused", "BackupsSuspended", "Protected"),
        ),
        25,
    ),
    "activity": rarely(st.lists(activities, max_size=2), 8),
    "health": rarely(pick({"state": "Unavailable", "title": "Down"}, {"state": "Degraded"}, {"state": "Unknown"}), 12),
    "load": rarely(pick({"cpu": 99, "disk": 99}), 12),
    "other_vault": rarely(keys(minutes_ago=pick(10, 60), ends_after_minutes=pick(90, 900)), 12),
    "vault_location": rarely(pick("northeurope"), 40),
    "page_size": rarely(pick(1, 2), 12),
    "rbac": rarely(st.lists(st.sampled_from(_ACTIONS), min_size=1, max_size=2).map(lambda deny: {"deny": deny}), 12),
    "faults": rarely(st.lists(faults, min_size=1, max_size=3), 3),
}
decisions = pick("approve", "approve", "approve", "decline", "nobody", "other-plan").flatmap(
    lambda kind: pick(0.1, 1, 7, 23).map(lambda hours: {"kind": kind, "hours": hours})
)
around: dict[str, Draws] = {
    "decisions": st.lists(decisions, min_size=3, max_size=3),
    "mode": pick(*["autonomous"] * 24, "review", "review", "read-only"),
    "later_jobs": rarely(
        st.lists(keys(after=st.integers(1, 3000), lasts=lengths, end=pick("Completed", "Failed")), max_size=2), 3
    ),
    "busy_neighbours": rarely(pick(True), 5),
    "neighbour_locks": rarely(pick(True), 8),
    "pause": rarely(keys(after=pick(0, 20, 200, 1500, 1700), lasts=pick(60, 600, 3000)), 12),
    "alert": rarely(pick("unknown", "no-job"), 25),
}


def leaning(about: st.SearchStrategy[World], vm: st.SearchStrategy[World], **more: Draws) -> st.SearchStrategy[World]:
    """Worlds that are mostly about one kind of failure, and otherwise as random as any."""
    job = st.builds(lambda base, own: {**base, **own}, keys(**failed_jobs), about)
    machine = st.builds(lambda base, own: {**base, **own}, keys(**machines), vm)
    return keys(**(specs | {"failed_job": job, "vm": machine} | more))


def _code(*wanted: str) -> st.SearchStrategy[World]:
    return keys(code=pick(*wanted))


full = leaning(
    _code("UserErrorRpCollectionLimitReached"),
    st.just({}),
    points=keys(count=pick(18, 20), tier=pick("vault", "vault", "mixed", "snapshot")),
    locks=pick([], ["group"], ["group"], ["collection"], ["group", "collection"], ["group", "subscription"]).flatmap(
        lambda places: st.tuples(*[keys(at=st.just(at), owners=rarely(pick([_OWNER]), 12)) for at in places]).map(list)
    ),
    backups=rarely(st.lists(backups, max_size=3), 6),
    collection_delete=rarely(keys(times_out=pick(0, 1, 3, 3, 5), minutes=pick(2, 40)), 2),
)
busy = leaning(
    _code("UserErrorBackupOperationInProgress"),
    st.just({}),
    running_job=keys(minutes_ago=pick(1, 5, 90), ends_after_minutes=pick(900, 1500, 2500)).flatmap(
        lambda drawn: pick("Completed", "Failed", "Failed").map(lambda end: {**drawn, "as": end})
    ),
)
extension = leaning(
    _code(
        *["ExtensionOperationFailedForManagedDisks"] * 3,
        "ExtensionStuckInDeletionState",
        "ExtensionSnapshotFailedNoNetwork",
    ),
    keys(backup_extension=backup_extensions),
)
broken = leaning(
    _code("UserErrorVmProvisioningStateFailed", "UserErrorVmNotInDesirableState", "VMRestorePointClientErrorComMemory"),
    keys(state=states, state_recovers_on=rarely(cures, 2), backup_extension=rarely(backup_extensions, 3)),
)
silent = leaning(
    _code("UserErrorGuestAgentStatusUnavailable", "GuestAgentSnapshotTaskStatusError", "BackUpOperationFailed"),
    keys(agent=agents, power=rarely(pick("stopped", "starting"), 6)),
)
disk = leaning(
    _code("UserErrorUnsupportedDiskSize", "UserErrorSharedDiskBackupNotSupported"),
    keys(disks=st.lists(disks, min_size=1, max_size=2, unique_by=lambda drawn: str(drawn["name"]))),
)
_LEANING = [full, full, full, busy, extension, extension, broken, silent, disk]


def trials(shard: int, shards: int) -> st.SearchStrategy[World]:
    """A world's specification under ``spec``, and beside it what people do and what happens while the incident lives.

    The codes of the catalogue are dealt out over the shards, so that each of them has its worlds.
    """
    own = leaning(_code(*_CATALOGUE[shard::shards]), st.just({}))
    plain = keys(**specs)
    return keys(spec=pick(*[own] * 5, *[plain] * 3, *_LEANING).flatmap(lambda drawn: drawn), **around)
