"""Azure Resource Graph: jobs of all vaults, virtual machines, vaults and restore point collections.

Source: Azure REST "Resources - Resources"; recorded rows (type and group are lower case); Azure Backup, "Query your
backups using Azure Resource Graph" and its Backup Explorer workbook: jobs are kept for 14 days, ``containerName`` has
the prefix of the container. Rows whose type the identity may not read are left out, silently as in Azure.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox.arm import jobs, machines, rbac, restore_points, vaults
from sandbox.arm.errors import SERVICE, Refused, bad_content
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.kql import Rows, run
from sandbox.arm.kql_words import InvalidQuery
from sandbox.arm.paths import group_of, same
from sandbox.arm.times import zulu
from sandbox.arm.world import Job, World

ROUTES = Table()

_KEPT = timedelta(days=14)
_MOST = 1000
_READ_JOBS = "Microsoft.RecoveryServices/Vaults/backupJobs/read"
_HELP = (
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error "
    "before retrying."
)


@ROUTES.on("POST", "/providers/Microsoft.ResourceGraph/resources", "Microsoft.ResourceGraph/resources/read")
def query(request: Request) -> Answer:
    """``resources``: rows as objects."""
    body = request.body if isinstance(request.body, dict) else {}
    text, subscriptions, options = body.get("query"), body.get("subscriptions"), body.get("options") or {}
    if not isinstance(text, str) or not isinstance(options, dict):
        raise bad_content("query")
    _check_subscriptions(request.world, subscriptions)
    tables = {"resources": partial(_resources, request), "recoveryservicesresources": partial(_backup, request)}
    try:
        rows = run(text, tables, request.at)
    except InvalidQuery as invalid:
        raise _refused("InvalidQuery", _HELP, invalid.details) from None
    return _answer(rows, options)


def _answer(rows: Rows, options: dict[str, Any]) -> Answer:
    """A page of at most 1000 rows; ``$skipToken`` of an answer asks for the next."""
    start = int(options.get("$skipToken") or options.get("$skip") or 0)
    page = rows[start : start + min(_MOST, int(options.get("$top") or _MOST))]
    body: dict[str, Any] = {"totalRecords": len(rows), "count": len(page), "data": page, "facets": []}
    body["resultTruncated"] = "false"
    if start + len(page) < len(rows):
        body["$skipToken"] = str(start + len(page))
    return Answer(200, body)


def _check_subscriptions(world: World, asked: object) -> None:
    """None means all that the identity sees; the code of the refusal is composed."""
    if asked is None:
        return
    if not isinstance(asked, list) or not any(same(str(entry), world.spec.subscription) for entry in asked):
        text = "There must be at least one subscription that is eligible to contain resources."
        raise _refused("NoValidSubscriptionsInQueryRequest", text)


def _refused(code: str, message: str, *more: dict[str, object]) -> Refused:
    details = [{"code": code, "message": message}, *more]
    text = "Please provide below info when asking for support: timestamp, correlationId."
    return Refused(Answer(400, {"error": {"code": "BadRequest", "message": text, "details": details}}, SERVICE))


def _resources(request: Request) -> Rows:
    world = request.world
    found = [_read(request, machines.get_machine, machine.id) for machine in world.machines]
    found += [_read(request, restore_points.get_collection, collection.id) for collection in world.collections]
    found.append(_read(request, vaults.get_vault, world.vault_id))
    if world.spec.other_vault:
        found.append({**_read(request, vaults.get_vault, world.vault_id), **_other_vault(world)})
    return _visible(world, [_row(world, body) for body in found if body])


def _backup(request: Request) -> Rows:
    world, oldest = request.world, request.at - _KEPT
    known = [job for job in world.jobs if job.listed(request.at) and job.started >= oldest]
    rows = [_job_row(request, job) for job in known]
    rows += _other_job(world, request.at)
    return rows if rbac.allowed(_READ_JOBS, world.spec.rbac) else []


def _read(request: Request, handler: Callable[[Request], Answer], resource: str) -> dict[str, Any]:
    """What ARM answers for a resource; nothing if it is not there."""
    _, _, subscription, _, group, *_, name = resource.split("/")
    params = {"sub": subscription, "group": group, **dict.fromkeys(("vm", "collection", "vault"), name)}
    try:
        body: dict[str, Any] = handler(replace(request, query={}, params=params)).body
    except Refused:
        return {}
    return body


def _row(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """A resource with the columns of the table."""
    others = ("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation")
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
        **{name: body.get(name) for name in others},
    }


def _visible(world: World, rows: Rows) -> Rows:
    return [row for row in rows if rbac.allowed(f"{row['type']}/read", world.spec.rbac)]


def _job_row(request: Request, job: Job) -> dict[str, Any]:
    """The job as the vault shows it, with what only Resource Graph has."""
    world = request.world
    path, spec = f"{world.vault_id}/backupJobs/{job.id}", world.spec.vault
    params = {"sub": world.spec.subscription, "group": spec.group, "vault": spec.name, "job": job.id}
    body: dict[str, Any] = jobs.get_job(replace(request, query={}, params=params)).body
    extra = {"isUserTriggered": job.expires is not None, **_container(world.vault_id, job.item.container)}
    kept = {name: value for name, value in body["properties"].items() if name != "actionsInfo"}
    properties = {**kept, **({} if job.workload else extra)}
    return _row(world, {**body, "id": path, "properties": properties})


def _container(vault: str, container: str) -> dict[str, str]:
    name = f"IaasVMContainer;{container}"
    item = f"{vault}/backupFabrics/Azure/protectionContainers/{name}/protectedItems/VM;{container}"
    return {"containerName": name, "backupInstanceId": item}


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
    vault, machine = _other_vault(world)["id"], world.subject.machine
    began = world.began - timedelta(minutes=spec.minutes_ago)
    ends = began + timedelta(minutes=spec.ends_after_minutes)
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{vault}/{began.isoformat()}"))
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
        **_container(vault, world.subject.container),
    }
    kind = "Microsoft.RecoveryServices/vaults/backupJobs"
    return [_row(world, {"id": f"{vault}/backupJobs/{name}", "name": name, "type": kind, "properties": properties})]
