"""The jobs of a vault for many incidents at once: one list for all, and one question to Resource Graph for the errors.

Source: Azure REST API reference, "Backup Jobs - List": rows of failed jobs may lack ``errorDetails``.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from playbooks.case import owns
from playbooks.facts import graph_jobs
from responder.azure.gateway import Gateway
from responder.azure.jobs import job_of_graph
from responder.azure.model import Job
from responder.errors import Forbidden, Rejected
from responder.guards import is_running
from responder.ids import ItemId, VaultId, within
from responder.wire import Wire

_AT_ONCE = 200  # job ids in one question
_FAR_BACK = timedelta(days=7)  # no list goes back further


class Wanted(Wire):
    """What one incident wants to know.

    ``job``: that one alone. ``details``: it has ended, and its errors matter, not whether it is fresh.
    """

    item: ItemId | None
    since: datetime
    job: str | None = None
    details: bool = False


def look(
    gateway: Gateway, vault: VaultId, wanted: dict[str, Wanted], now: datetime, *, may_list: bool
) -> dict[str, list[Job]]:
    """The jobs that each of the wanted may know; whoever is missing has to be answered by a later list.

    Raises:
        ArmError: the vault or the graph could not be read.
    """
    found = _told_by_graph(gateway, vault, {key: entry.job for key, entry in wanted.items() if entry.details})
    left = {key: entry for key, entry in wanted.items() if key not in found}
    if not left or not may_list:
        return found
    since = max(min(entry.since for entry in left.values()), now - _FAR_BACK)
    jobs = gateway.jobs(vault, since, now + timedelta(days=1))
    listed = {key: _mine(entry, jobs) for key, entry in left.items()}
    return found | _with_errors(gateway, vault, listed)


def _told_by_graph(gateway: Gateway, vault: VaultId, ids: dict[str, str | None]) -> dict[str, list[Job]]:
    """Those of the jobs that the graph knows as ended, with the reason where they failed."""
    known = _graph(gateway, vault, [job for job in ids.values() if job])
    told = {key: known[job.lower()] for key, job in ids.items() if job and job.lower() in known}
    return {key: [job] for key, job in told.items() if not is_running(job) and not _lacks_errors(job)}


def _with_errors(gateway: Gateway, vault: VaultId, listed: dict[str, list[Job]]) -> dict[str, list[Job]]:
    """Failed jobs that their list shows without errors, as the graph knows them."""
    bare = sorted({job.id for jobs in listed.values() for job in jobs if _lacks_errors(job)})
    known = _graph(gateway, vault, bare) if bare else {}
    return {key: [_fuller(job, known.get(job.id)) for job in jobs] for key, jobs in listed.items()}


def _fuller(job: Job, other: Job | None) -> Job:
    return other if other is not None and _lacks_errors(job) and not _lacks_errors(other) else job


def _lacks_errors(job: Job) -> bool:
    return job.status.lower() == "failed" and not job.errors


def _graph(gateway: Gateway, vault: VaultId, ids: list[str]) -> dict[str, Job]:
    """The vault's jobs that Resource Graph knows of; none where the app may not ask it: the list has to do then."""
    rows: list[Job] = []
    try:
        for chunk in _chunks(ids):
            rows += map(job_of_graph, gateway.query(vault.subscription, graph_jobs.of_ids(chunk)))
    except (Forbidden, Rejected):
        return {}
    return {job.id: job for job in rows if within(str(vault), job.vault_job_id)}


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _mine(entry: Wanted, jobs: list[Job]) -> list[Job]:
    """The job that is asked for, and the item's jobs since the wanted moment."""
    return [job for job in jobs if job.id == entry.job or (entry.item and _is_of(entry.item, entry.since, job))]


def _is_of(item: ItemId, since: datetime, job: Job) -> bool:
    return owns(item, job) and job.started_at is not None and job.started_at >= since
