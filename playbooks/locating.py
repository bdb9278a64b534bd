"""Finds the failed job of a signal that names none: the newest one of its VM in its span of time.

Source: Microsoft Learn, "Monitor Azure Backup using Azure Monitor metrics": a health event names VM and item, no job.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from playbooks.case import owns
from playbooks.facts import graph_jobs
from responder.azure.gateway import Gateway
from responder.azure.jobs import job_of_graph
from responder.azure.model import Job
from responder.errors import Forbidden, Rejected
from responder.ids import ItemId, VaultId, within
from responder.incident import FailedBackup

_LONGEST = timedelta(hours=72)  # the service ends a job that runs longer


def locate(gateway: Gateway, failure: FailedBackup) -> list[FailedBackup]:
    """The failures that a signal is about: one of its VM, or each VM's newest where it names none; none if none failed.

    Raises:
        ArmError: neither Resource Graph nor the vault's list could be read.
    """
    vault = VaultId.parse(failure.vault_id or "")
    if vault is None or failure.not_before is None or failure.not_after is None:
        return []
    jobs = _failed(gateway, vault, failure.not_before - _LONGEST, failure.not_after)
    found = [job for job in jobs if _fits(failure, vault, job)]
    newest = {(job.item_container or "").lower(): job for job in sorted(found, key=_when)}
    return [_named(failure, vault, job) for job in newest.values()]


def _failed(gateway: Gateway, vault: VaultId, since: datetime, until: datetime) -> list[Job]:
    """Failed jobs of the span, from Resource Graph; from the vault's own list where the graph may not be asked."""
    try:
        jobs = [job_of_graph(row) for row in gateway.query(vault.subscription, graph_jobs.failed(vault, since))]
    except (Forbidden, Rejected):
        jobs = gateway.jobs(vault, since, until)
    mine = [job for job in jobs if within(str(vault), job.vault_job_id)]
    return [job for job in mine if job.status.lower() == "failed" and job.operation.lower() == "backup"]


def _fits(failure: FailedBackup, vault: VaultId, job: Job) -> bool:
    """Whether the job failed in the span, and is about the signal's VM where it names one."""
    item, at = ItemId.parse(failure.item_id or ""), job.ended_at or job.started_at
    inside = at is not None and (failure.not_before or at) <= at <= (failure.not_after or at)
    named = failure.vm_id.rpartition("/")[2] if failure.vm_id else failure.vm_name
    if item is not None:
        return inside and owns(item, job)
    name = ItemId.of_job_container(vault, job.item_container or "").item.rpartition(";")[2]
    return inside and (named is None or name.lower() == named.lower())


def _named(failure: FailedBackup, vault: VaultId, job: Job) -> FailedBackup:
    item = ItemId.of_job_container(vault, job.item_container or "")
    return replace(failure, job_id=job.id, item_id=str(item).lower(), not_before=None, not_after=None)


def _when(job: Job) -> float:
    at = job.started_at or job.ended_at
    return at.timestamp() if at else 0.0
