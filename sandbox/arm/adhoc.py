"""Ad hoc backups and the operations that start them.

Source: recorded on-demand backups: 202 without a body, the operation in the headers; it is InProgress with an end in
year 1, then Succeeded with the job's id, which means that the job was created, not that the backup is done.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.arm import errors, lookup
from sandbox.arm.backup_ids import item_id
from sandbox.arm.backups import begin
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.failures import NOT_PROTECTED, failure
from sandbox.arm.times import NOT_YET, zulu
from sandbox.arm.world import Item, Operation, World

ROUTES = Table()

_VAULTS = "Microsoft.RecoveryServices/Vaults"
_ITEMS = f"{_VAULTS}/backupFabrics/protectionContainers/protectedItems"
_DAILY_ATTEMPTS = 9  # Azure Backup support matrix: on-demand backups a day.
_RETRY_AFTER = "60"


@ROUTES.on("POST", lookup.ITEM + "/backup", f"{_ITEMS}/backup/action")
def start_backup(request: Request) -> Answer:
    """``backups.trigger``: 202 without a body; the operation is in the headers."""
    item = lookup.item(request)
    expires = _expiry(request)
    _check_protection(request.world, item)
    _check_daily_attempts(request.world, item)
    operation = begin(request.world, item, expires)
    return Answer(202, None, _operation_headers(request, item, operation))


@ROUTES.on("GET", lookup.ITEM + "/operationsStatus/{op}", f"{_ITEMS}/operationsStatus/read")
def item_operation(request: Request) -> Answer:
    """``protected_item_operation_statuses.get``."""
    lookup.item(request)
    return _operation_status(request)


@ROUTES.on("GET", lookup.RSV + "/backupOperations/{op}", f"{_VAULTS}/backupOperations/read")
def vault_operation(request: Request) -> Answer:
    """``backup_operation_statuses.get``: the same operation under the vault."""
    lookup.check_vault(request)
    return _operation_status(request)


@ROUTES.on("GET", lookup.ITEM + "/operationResults/{op}", f"{_ITEMS}/operationResults/read")
def item_operation_result(request: Request) -> Answer:
    """``protected_item_operation_results.get``: 202 with the headers again, then 204."""
    item = lookup.item(request)
    operation = _operation(request)
    running = request.at < operation.ends
    return Answer(202 if running else 204, {} if running else None, _operation_headers(request, item, operation))


@ROUTES.on("GET", lookup.RSV + "/backupOperationResults/{op}", f"{_VAULTS}/backupOperationResults/read")
def vault_operation_result(request: Request) -> Answer:
    """``backup_operation_results.get``."""
    lookup.check_vault(request)
    return Answer(202 if request.at < _operation(request).ends else 204)


def _expiry(request: Request) -> datetime:
    properties = request.body.get("properties") if isinstance(request.body, dict) else None
    if not isinstance(properties, dict) or properties.get("objectType") != "IaasVMBackupRequest":
        raise errors.bad_content("properties.objectType")
    try:
        moment = datetime.fromisoformat(str(properties.get("recoveryPointExpiryTimeInUTC")))
    except ValueError:
        raise errors.bad_content("properties.recoveryPointExpiryTimeInUTC") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _check_protection(world: World, item: Item) -> None:
    """An item whose protection was stopped or paused, or that is soft-deleted, is not backed up (composed answer)."""
    spec = world.spec.item
    if item is world.subject and (spec.soft_deleted or spec.state != "Protected"):
        reason = failure(NOT_PROTECTED, world.spec.numbers)
        raise errors.refuse(400, reason.code, reason.text, errors.SERVICE)


def _check_daily_attempts(world: World, item: Item) -> None:
    recent = [job for job in world.jobs_of(item) if job.expires and world.now - job.started < timedelta(days=1)]
    if len(recent) >= _DAILY_ATTEMPTS:
        text = "You have reached the maximum number of on-demand backups that are possible for this item in a day."
        raise errors.refuse(400, "CloudDosAbsoluteLimitReached", text, errors.SERVICE)


def _operation_headers(request: Request, item: Item, operation: Operation) -> dict[str, str]:
    base = item_id(request.world, item)
    return {
        "Azure-AsyncOperation": request.link(f"{base}/operationsStatus/{operation.id}"),
        "Location": request.link(f"{base}/operationResults/{operation.id}"),
        "Retry-After": _RETRY_AFTER,
    }


def _operation(request: Request) -> Operation:
    found = request.world.operations.get(request.params["op"].lower())
    if not found or not found.job:
        raise errors.no_child(request.params["op"])
    return found


def _operation_status(request: Request) -> Answer:
    operation = _operation(request)
    body: dict[str, Any] = {"id": operation.id, "name": operation.id, "startTime": zulu(operation.started)}
    if request.at < operation.ends or not operation.job:
        return Answer(200, {**body, "status": "InProgress", "endTime": NOT_YET})
    job = {"objectType": "OperationStatusJobExtendedInfo", "jobId": operation.job.id}
    return Answer(200, {**body, "status": "Succeeded", "endTime": zulu(operation.started), "properties": job})
