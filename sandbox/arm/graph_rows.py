"""The rows of Resource Graph: what a query asks for narrows down what is made into rows at all.

Source: recorded rows (type and resource group are lower case); Azure Backup, "Query your backups using Azure Resource
Graph" and its Backup Explorer workbook: jobs are kept for 14 days, ``containerName`` has the prefix of the container.
What the table of backups holds is as old as the world's ``graph_lag_minutes``.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm.backup_ids import item_id
from sandbox.arm.items import item_row
from sandbox.arm.job_filter import management_type
from sandbox.arm.jobs import job_details
from sandbox.arm.kql import Rows
from sandbox.arm.kql_terms import Facts
from sandbox.arm.machines import machine_row
from sandbox.arm.paths import group_of
from sandbox.arm.rbac import allowed
from sandbox.arm.restore_points import collection_row
from sandbox.arm.times import zulu
from sandbox.arm.tokens import SYSTEM, Identity
from sandbox.arm.vaults import policy, vault
from sandbox.arm.world import Item, Job, World

_KEPT = timedelta(days=14)
_VAULTS = "microsoft.recoveryservices/vaults"
_JOBS = f"{_VAULTS}/backupjobs"
_ITEMS = f"{_VAULTS}/backupfabrics/protectioncontainers/protecteditems"
_PREFIX = "iaasvmcontainer;"
_COLUMNS = ("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation")

Cheap = Mapping[str, Callable[[Any], str]]


@dataclass(frozen=True)
class _Kind:
    """A type of row: the things it is made of, what can be told of them in lower case without a row, and the row.

    ``known``: whether the graph knows a thing at a moment.
    """

    type: str
    things: Callable[[World, Facts], Iterable[Any]]
    cheap: Callable[[World, datetime], Cheap]
    row: Callable[[World, Any, datetime], dict[str, Any]]
    known: Callable[[Any, datetime], bool] = lambda _thing, _at: True


def resources(worlds: Iterable[World], at: datetime, facts: Facts, *, holder: Identity = SYSTEM) -> Rows:
    """The table ``resources``: virtual machines, collections and vaults."""
    return [row for world in worlds for row in _rows(_readable(world, _RESOURCES, holder), world, at, facts)]


def backups(worlds: Iterable[World], at: datetime, facts: Facts, *, holder: Identity = SYSTEM) -> Rows:
    """The table ``recoveryservicesresources``: jobs, protected items and policies."""
    rows: Rows = []
    for world in worlds:
        then = at - timedelta(minutes=world.spec.graph_lag_minutes)
        readable = _readable(world, _BACKUPS, holder)
        rows += _rows(readable, world, then, facts)
        rows += _other_job(world, at) if any(kind.type == _JOBS for kind in readable) else []
    return rows


def _rows(kinds: Iterable[_Kind], world: World, at: datetime, facts: Facts) -> Iterator[dict[str, Any]]:
    for kind in kinds:
        if kind.type in facts.get("type", (kind.type,)):
            for thing in _narrowed(kind.things(world, facts), kind.cheap(world, at), facts):
                if kind.known(thing, at):
                    yield _row(world, kind.row(world, thing, at))


def _readable(world: World, kinds: Iterable[_Kind], holder: Identity) -> list[_Kind]:
    """Rows that the identity may not read are left out, silently as in Azure."""
    return [kind for kind in kinds if allowed(f"{kind.type}/read", world.spec.rbac, holder)]


def _narrowed(things: Iterable[Any], cheap: Cheap, facts: Facts) -> Iterable[Any]:
    for path, tell in cheap.items():
        wanted = facts.get(path)
        if wanted is not None:
            things = [thing for thing in things if tell(thing) in wanted]
    return things


def _row(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """A resource with the columns of the table."""
    return {
        "id": body["id"],
        "name": body["name"],
        "type": str(body["type"]).lower(),
        "tenantId": world.spec.tenant,
        "kind": "",
        "location": body.get("location", world.spec.location),
        "resourceGroup": (group_of(body["id"]) or "").lower(),
        "subscriptionId": world.spec.subscription,
        "managedBy": "",
        **{name: body.get(name) for name in _COLUMNS},
    }


def job_as_row(world: World, job: Job) -> dict[str, Any]:
    """The row of a job that has ended."""
    return _row(world, _job_row(world, job, max(world.now, job.ends)))


def _jobs(world: World, facts: Facts) -> list[Job]:
    """All jobs, or those of the one item that a query asks for."""
    names = facts.get("properties.containerName", frozenset())
    found = [world.item(name.removeprefix(_PREFIX)) for name in names if name.startswith(_PREFIX)]
    return world.jobs_of(found[0]) if len(found) == 1 and found[0] else world.jobs


def _known(job: Job, at: datetime) -> bool:
    return at - _KEPT <= job.started <= at and job.listed(at)


def _cheap_jobs(world: World, at: datetime) -> Cheap:
    """The most telling first."""
    vault_id = world.vault_id
    return {
        "name": lambda job: job.id.lower(),
        "properties.containerName": lambda job: _PREFIX + job.item.key,
        "properties.backupInstanceId": lambda job: _container(vault_id, job.item.key)["backupInstanceId"].lower(),
        "properties.status": lambda job: job.status(at).lower(),
        "properties.operation": lambda job: job.operation.lower(),
        "properties.backupManagementType": lambda job: management_type(job).lower(),
    }


def _job_row(world: World, job: Job, at: datetime) -> dict[str, Any]:
    """The job as the vault shows it, with what only Resource Graph has."""
    body = job_details(world, job, at)
    extra = {"isUserTriggered": job.expires is not None, **_container(world.vault_id, job.item.container)}
    kept = {name: value for name, value in body["properties"].items() if name != "actionsInfo"}
    properties = {**kept, **({} if job.workload else extra)}
    return {**body, "id": f"{world.vault_id}/backupJobs/{job.id}", "properties": properties}


def _container(vault_id: str, container: str) -> dict[str, str]:
    name = f"IaasVMContainer;{container}"
    item = f"{vault_id}/backupFabrics/Azure/protectionContainers/{name}/protectedItems/VM;{container}"
    return {"containerName": name, "backupInstanceId": item}


def _cheap_items(world: World, _at: datetime) -> Cheap:
    return {
        "id": lambda item: item_id(world, item).lower(),
        "name": lambda item: f"vm;{item.key}",
        "properties.containerName": lambda item: item.key,
        "properties.sourceResourceId": _machine_key,
        "properties.virtualMachineId": _machine_key,
        "properties.friendlyName": lambda item: item.machine.name.lower(),
    }


def _machine_key(item: Item) -> str:
    return item.machine.key


def _item_row(world: World, item: Item, at: datetime) -> dict[str, Any]:
    """Ids in the graph begin as all others do."""
    body = item_row(world, item, at)
    policy_id = f"{world.vault_id}/backupPolicies/{world.spec.policy.name}"
    here = "/subscriptions" + str(body["id"]).removeprefix("/Subscriptions")
    return {**body, "id": here, "properties": {**body["properties"], "policyId": policy_id}}


def _policy_row(world: World, _thing: object, _at: datetime) -> dict[str, Any]:
    body = policy(world)
    return {**body, "id": f"{world.vault_id}/backupPolicies/{body['name']}"}


def _vault_rows(world: World, _facts: Facts) -> list[dict[str, Any]]:
    here = vault(world)
    return [here, {**here, **_other_vault(world)}] if world.spec.other_vault else [here]


def _other_vault(world: World) -> dict[str, Any]:
    spec = world.spec.other_vault
    if not spec:
        return {}
    return {"id": world.resource_id(spec.group, "Microsoft.RecoveryServices/vaults", spec.name), "name": spec.name}


def _other_job(world: World, at: datetime) -> Rows:
    """The backup job of the VM in the other vault."""
    spec = world.spec.other_vault
    if not spec:
        return []
    vault_id, machine = _other_vault(world)["id"], world.subject.machine
    began = world.began - timedelta(minutes=spec.minutes_ago)
    ends = began + timedelta(minutes=spec.ends_after_minutes)
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{vault_id}/{began.isoformat()}"))
    properties: dict[str, Any] = {
        "jobType": "AzureIaaSVMJob",
        "backupManagementType": "AzureIaasVM",
        "operation": "Backup",
        "status": "InProgress" if at < ends else "Completed",
        "isUserTriggered": False,
        "entityFriendlyName": machine.name,
        "startTime": zulu(began),
        **({} if at < ends else {"endTime": zulu(ends)}),
        "activityId": name,
        **_container(vault_id, world.subject.container),
    }
    kind = "Microsoft.RecoveryServices/vaults/backupJobs"
    return [_row(world, {"id": f"{vault_id}/backupJobs/{name}", "name": name, "type": kind, "properties": properties})]


def _cheap_machines(_world: World, _at: datetime) -> Cheap:
    return {"id": lambda machine: machine.key, "name": lambda machine: machine.name.lower()}


def _cheap_collections(_world: World, _at: datetime) -> Cheap:
    return {
        "id": lambda collection: collection.id.lower(),
        "name": lambda collection: collection.name.lower(),
        "properties.source.id": lambda collection: collection.machine.key,
    }


def _nothing(_world: World, _at: datetime) -> Cheap:
    return {}


_RESOURCES = (
    _Kind(
        "microsoft.compute/virtualmachines",
        lambda world, _facts: world.machines,
        _cheap_machines,
        lambda world, machine, _at: machine_row(world, machine),
    ),
    _Kind(
        "microsoft.compute/restorepointcollections",
        lambda world, _facts: world.collections,
        _cheap_collections,
        lambda world, collection, _at: collection_row(world, collection),
    ),
    _Kind(_VAULTS, _vault_rows, _nothing, lambda _world, body, _at: body),
)
_BACKUPS = (
    _Kind(_JOBS, _jobs, _cheap_jobs, _job_row, _known),
    _Kind(_ITEMS, lambda world, _facts: world.protected, _cheap_items, _item_row),
    _Kind(f"{_VAULTS}/backuppolicies", lambda _world, _facts: (None,), _nothing, _policy_row),
)
