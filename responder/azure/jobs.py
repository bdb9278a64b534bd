"""Jobs of a Recovery Services vault.

Source: azure-mgmt-recoveryservicesbackup 11.2.0 (API 2026-10-01); Azure REST API reference, "Job Details - Get",
"Backup Jobs - List", "Job Cancellations - Trigger". Types AzureIaaSVMJob and AzureIaaSVMJobV2 have the same fields.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from responder.azure.calls import Calls, body, changes, identity
from responder.azure.model import Job, JobError, JobPhase
from responder.azure.translate import translated
from responder.dig import dig, flag, moment, number, rows, text, texts
from responder.ids import VaultId

_CONTAINER = "IaasVMContainer;"


class Jobs(Calls):
    """The VM backup jobs of vaults. Every method raises `ArmError`s.

    Attributes:
        job_reads: requests that this object has made against the service's limit of 150 reads of jobs an hour.
    """

    job_reads: int = 0

    @translated
    def job(self, vault: VaultId, job_id: str) -> Job:
        """One job with its phases."""
        client = self._clients.backup(vault.subscription)
        self.job_reads += 1
        return job_of(body(client.job_details.get(vault.name, vault.group, job_id)))

    @translated
    def jobs(self, vault: VaultId, since: datetime, until: datetime) -> list[Job]:
        """The VM backup jobs that started in a span of time, whatever their state; each page of them is one read."""
        client = self._clients.backup(vault.subscription)
        self.job_reads += 1  # also of a request that is refused
        pages = client.backup_jobs.list(vault.name, vault.group, filter=_span(since, until)).by_page()
        found: list[Job] = []
        for later, page in enumerate(pages):
            self.job_reads += bool(later)
            found += [job_of(body(row)) for row in page]
        return found

    @changes
    @translated
    def cancel_job(self, vault: VaultId, job_id: str) -> None:
        """Ask for the end of a job. The service may refuse later: only the job's status tells how it went."""
        client = self._clients.backup(vault.subscription)
        client.job_cancellations.trigger(vault.name, vault.group, job_id)


def _span(since: datetime, until: datetime) -> str:
    """The filter of the job list; times have whole seconds, so the end is rounded up.

    Source: Azure REST API reference, "Backup Jobs - List", filter; time format ``yyyy-MM-dd hh:mm:ss tt``, UTC.
    """
    start, end = (at.astimezone(UTC).strftime("%Y-%m-%d %I:%M:%S %p") for at in (since, until + timedelta(seconds=1)))
    kind = "operation eq 'Backup' and backupManagementType eq 'AzureIaasVM'"
    return f"{kind} and startTime eq '{start}' and endTime eq '{end}'"


def job_of(row: Mapping[str, Any]) -> Job:
    """A job from its JSON."""
    properties = dig(row, "properties")
    return Job(
        id=(text(row, "name") or "").lower(),
        vault_job_id=identity(row),
        item_container=text(properties, "containerName"),
        operation=text(properties, "operation") or "",
        status=text(properties, "status") or "",
        started_at=moment(properties, "startTime"),
        ended_at=moment(properties, "endTime"),
        user_triggered=flag(properties, "isUserTriggered"),
        errors=[_error(entry) for entry in rows(properties, "errorDetails")],
        phases=[
            JobPhase(name=text(task, "taskId") or "", status=text(task, "status") or "")
            for task in rows(properties, "extendedInfo", "tasksList")
        ],
        details=_details(dig(properties, "extendedInfo")),
    )


def job_of_graph(row: Mapping[str, Any]) -> Job:
    """A job from its row in Resource Graph, where ``containerName`` has the prefix of containers."""
    job = job_of(row)
    name = job.item_container or ""
    prefixed = name.lower().startswith(_CONTAINER.lower())
    return replace(job, item_container=name[len(_CONTAINER) :]) if prefixed else job


def _details(info: object) -> dict[str, str]:
    """What a job tells in words beyond its errors: whatever is a text, under the service's own names."""
    message = text(info, "dynamicErrorMessage")
    bag = dig(info, "propertyBag")
    told = {"dynamicErrorMessage": message} if message else {}
    names = list(bag) if isinstance(bag, Mapping) else []
    return told | {str(name): value for name in names if (value := text(bag, name))}


def _error(entry: object) -> JobError:
    return JobError(
        number=number(entry, "errorCode"),
        title=text(entry, "errorTitle"),
        text=text(entry, "errorString"),
        recommendations=texts(entry, "recommendations"),
    )
