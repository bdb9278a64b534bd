"""Which failed job a person means: looked up in Azure, within the app's scope, never one that the app made itself."""

from collections.abc import Callable, Collection

from handlers.refused import Refused
from handlers.rerun_request import Wanted
from responder.azure.gateway import Gateway
from responder.azure.model import Job
from responder.errors import NotFound
from responder.guards import in_scope, is_running
from responder.ids import ItemId, VaultId
from responder.incident import FailedBackup
from responder.language import say
from responder.settings import Settings

OwnJobs = Callable[[ItemId], Collection[str]]
"""The ids, in lower case, of the jobs of an item that the app itself started or follows."""

_SOURCE = "rerun"
_COMPLETED = "completed"


def failure_of(gateway: Gateway, app: Settings, wanted: Wanted, own: OwnJobs) -> FailedBackup:
    """The failed backup of the VM, item or job that is wanted.

    Raises:
        Refused: 404, out of scope, not protected, or nothing of it has failed.
        ArmError: Azure could not be asked.
    """
    if wanted.vault and wanted.job:
        _in_scope([wanted.vault], app)
        return _of(wanted.vault, _named_job(gateway, wanted.vault, wanted.job), wanted)
    items = [wanted.item] if wanted.item else _items(gateway, wanted)
    _in_scope([item.vault for item in items], app)
    ours = [item for item in items if in_scope(str(item.vault), app.scope)]
    found = [(job, item) for item in ours for job in _foreign(gateway.failed_jobs_of(item), own(item))]
    if not found:
        where = ", ".join(map(str, ours))
        text = say("No failed backup job is known of {items}. Jobs are known for some weeks.", items=where)
        raise Refused(404, "NoFailedJob", text)
    job, item = max(found, key=lambda entry: entry[0].started_at.timestamp() if entry[0].started_at else 0.0)
    return _of(item.vault, job, wanted)


def _foreign(jobs: list[Job], own: Collection[str]) -> list[Job]:
    return [job for job in jobs if job.id not in own]


def _items(gateway: Gateway, wanted: Wanted) -> list[ItemId]:
    items = gateway.items_of(wanted.vm) if wanted.vm else []
    if not items:
        text = say(
            "No vault that the app may read protects {vm}. A new protection shows after some minutes.", vm=wanted.vm
        )
        raise Refused(404, "NotProtected", text)
    return items


def _in_scope(vaults: list[VaultId], app: Settings) -> None:
    """Nothing out of scope is even looked at."""
    if not any(in_scope(str(vault), app.scope) for vault in vaults):
        where = ", ".join(map(str, vaults))
        raise Refused(404, "OutOfScope", say("{vault} lies outside of RESPONDER_SCOPE.", vault=where))


def _named_job(gateway: Gateway, vault: VaultId, name: str) -> Job:
    try:
        job = gateway.job(vault, name)
    except NotFound as missing:
        text = say("{vault} has no job {job}: {told}", vault=vault.name, job=name, told=missing.message)
        raise Refused(404, "JobNotFound", text) from missing
    if is_running(job) or job.status.lower() == _COMPLETED:
        text = say(
            "Job {job} of {vault} has not failed: it is {status}.", job=name, vault=vault.name, status=job.status
        )
        raise Refused(404, "NoFailedJob", text)
    return job


def _of(vault: VaultId, job: Job, wanted: Wanted) -> FailedBackup:
    item = ItemId.of_job_container(vault, job.item_container) if job.item_container else None
    return FailedBackup(
        source=_SOURCE,
        vault_id=str(vault).lower(),
        job_id=job.id,
        item_id=str(item).lower() if item else None,
        vm_id=str(wanted.vm) if wanted.vm else None,
        occurred_at=job.ended_at or job.started_at,
    )
