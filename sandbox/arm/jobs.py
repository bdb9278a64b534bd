"""Backup jobs: list, details, cancel.

Source: recorded answers of ``backupJobs``: ids begin with ``/Subscriptions``, rows of a list have no extendedInfo,
``actionsInfo`` is ``[1]`` in older api-versions and ``["Cancellable"]`` in newer ones, a running job has no endTime.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox.arm import errors, lookup
from sandbox.arm.backup_ids import upper
from sandbox.arm.backups import SNAPSHOT
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.failures import CANCELLED, Failure, failure
from sandbox.arm.job_filter import management_type, parse
from sandbox.arm.spec import ErrorSpec
from sandbox.arm.times import duration, us_text, zulu
from sandbox.arm.world import Job, Operation, World

ROUTES = Table()

_READ = "Microsoft.RecoveryServices/Vaults/backupJobs/read"
_JOB = lookup.RSV + "/backupJobs/{job}"
_STRING_ENUMS = "2021"  # api-versions from here on write actionsInfo as text
_CANCEL = timedelta(minutes=1)
_DYNAMIC = "dynamicErrorMessage"


@ROUTES.on("GET", lookup.RSV + "/backupJobs", _READ)
def list_jobs(request: Request) -> Answer:
    """``backup_jobs.list``: newest first."""
    lookup.check_vault(request)
    wanted = parse(request.query.get("$filter", ""))
    jobs = [job for job in request.world.jobs if job.listed(request.at) and wanted(job, request.at)]
    jobs.sort(key=lambda job: job.started, reverse=True)
    newer = _newer(request)
    return page(request, jobs, lambda job: _row(request.world, job, request.at, newer=newer))


@ROUTES.on("GET", _JOB, _READ)
def get_job(request: Request) -> Answer:
    """``job_details.get``."""
    job = lookup.job(request)
    return Answer(200, job_details(request.world, job, request.at, newer=_newer(request)))


@ROUTES.on("POST", _JOB + "/cancel", "Microsoft.RecoveryServices/Vaults/backupJobs/cancel/action")
def cancel_job(request: Request) -> Answer:
    """``job_cancellations.trigger``: works only while the snapshot is taken (Azure Backup support matrix)."""
    job, world = lookup.job(request), request.world
    if not job.running(request.at):
        text = f"The job '{job.id}' is not running and cannot be cancelled."
        raise errors.refuse(400, "BMSUserErrorInvalidInput", text, errors.SERVICE)
    operation = Operation(request.at, request.at + _CANCEL)
    world.operations[operation.id] = operation
    if _phases(job, request.at)[0] == "InProgress":
        job.cancelled = request.at
        world.at(operation.ends, partial(_cancelled, world, job))
    base = f"{_arm_id(world, job)}/operation"
    headers = {
        "Azure-AsyncOperation": request.link(f"{base}sStatus/{operation.id}"),
        "Location": request.link(f"{base}Results/{operation.id}"),
    }
    return Answer(202, None, headers)


@ROUTES.on("GET", _JOB + "/operationResults/{op}", "Microsoft.RecoveryServices/Vaults/backupJobs/operationResults/read")
def cancel_result(request: Request) -> Answer:
    """``job_operation_results.get``: 202 until the cancellation came through, then 204."""
    lookup.job(request)
    operation = request.world.operations.get(request.params["op"].lower())
    if not operation:
        raise errors.no_child(request.params["op"])
    return Answer(202 if request.at < operation.ends else 204)


def _cancelled(world: World, job: Job, at: datetime) -> None:
    if job.ends > at:
        job.ends, job.final, job.failure = at, "Cancelled", failure(CANCELLED, world.spec.numbers)


def _arm_id(world: World, job: Job) -> str:
    return f"{upper(world.vault_id)}/backupJobs/{job.id}"


def _newer(request: Request) -> bool:
    return request.api_version >= _STRING_ENUMS


def job_details(world: World, job: Job, at: datetime, *, newer: bool = True) -> dict[str, Any]:
    """The job as the service shows it at a moment, with what only the details have."""
    row = _row(world, job, at, newer=newer)
    row["properties"]["extendedInfo"] = _extended(job, at)
    return row


def _row(world: World, job: Job, at: datetime, *, newer: bool) -> dict[str, Any]:
    return {
        "id": _arm_id(world, job),
        "name": job.id,
        "type": "Microsoft.RecoveryServices/vaults/backupJobs",
        "properties": {**_kind(job, newer=newer), **_outcome(world, job, at), **_common(job, at)},
    }


def _kind(job: Job, *, newer: bool) -> dict[str, Any]:
    if job.workload:
        return {"jobType": "AzureWorkloadJob", "workloadType": job.workload.split(";")[0]}
    return {
        "jobType": "AzureIaaSVMJob",
        "containerName": job.item.container,
        "actionsInfo": ["Cancellable"] if newer else [1],
        "virtualMachineVersion": "Compute",
    }


def _outcome(world: World, job: Job, at: datetime) -> dict[str, Any]:
    if job.running(at):
        return {"duration": duration(at - job.started)}
    found = _errors(world, job)
    details = {"errorDetails": found} if found else {}
    return {"duration": duration(job.ends - job.started), "endTime": zulu(job.ends), **details}


def _errors(world: World, job: Job) -> list[dict[str, Any]]:
    if job.errors is not None and job.failure:
        return [_chosen_error(world, job.failure.code, error) for error in job.errors]
    return [_error(job.failure)] if job.failure else []


def _chosen_error(world: World, code: str, spec: ErrorSpec) -> dict[str, Any]:
    """An entry as the scenario has it; what it leaves open is as usual for its title, or for the job's code."""
    usual = failure(spec.title or code, world.spec.numbers)
    return {
        "errorCode": usual.number if spec.number is None else spec.number,
        **({} if spec.title is None else {"errorTitle": spec.title}),
        "errorString": usual.text if spec.text is None else spec.text,
        "recommendations": spec.recommendations or list(usual.recommendations),
    }


def _error(reason: Failure) -> dict[str, Any]:
    return {
        "errorCode": reason.number,
        "errorTitle": reason.code,
        "errorString": reason.text,
        "recommendations": list(reason.recommendations),
    }


def _common(job: Job, at: datetime) -> dict[str, Any]:
    return {
        "entityFriendlyName": job.workload.rsplit(";", 1)[1] if job.workload else job.item.machine.name,
        "backupManagementType": management_type(job),
        "operation": job.operation,
        "status": job.status(at),
        "startTime": zulu(job.started),
        "activityId": job.activity,
    }


def _extended(job: Job, at: datetime) -> dict[str, Any]:
    if job.workload:
        return {"tasksList": [], "propertyBag": {"Policy Name": "HourlyLogBackup"}}
    bag = {"VM Name": job.item.machine.name}
    if job.expires:
        bag["Recovery Point Expiry Time in UTC"] = us_text(job.expires)
    if not job.running(at):
        bag["Backup Size"] = "0 MB" if job.failure else "21442 MB"
    details = dict(job.details)
    dynamic = details.pop(_DYNAMIC, None)
    return {
        "tasksList": [{"taskId": name, "duration": "PT0S", "status": status} for name, status in _tasks(job, at)],
        "propertyBag": {**bag, **details},
        "internalPropertyBag": {"IsInstantRpJob": "True"},
        **({_DYNAMIC: dynamic} if dynamic else {}),
    }


def _tasks(job: Job, at: datetime) -> list[tuple[str, str]]:
    if job.operation != "Backup":
        return [("Transfer data from vault", "InProgress" if job.running(at) else job.final)]
    return list(zip(("Take Snapshot", "Transfer data to vault"), _phases(job, at), strict=True))


def _phases(job: Job, at: datetime) -> tuple[str, str]:
    """A job that failed early says Failed for its snapshot and never begins the transfer."""
    if not job.running(at):
        if job.phase == "transfer":
            return "Completed", "Failed"
        return ("Completed", "Completed") if job.final.startswith("Completed") else ("Failed", "NotStarted")
    taken = at >= job.started + SNAPSHOT and not job.failure
    return ("Completed", "InProgress") if taken else ("InProgress", "NotStarted")
