"""VMs that should have been backed up, were not, and have no failed job that would say why.

A job that never starts fails nowhere: no alert, no row in a job list. What tells is the age of the last good backup.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from playbooks.resolution import Resolved
from playbooks.sweep import SOURCE, Way, subscriptions, vaults
from responder.azure.gateway import Gateway
from responder.azure.model import Job, JobError, Policy
from responder.azure.policies import policy_of
from responder.dig import flag, moment, text
from responder.errors import Forbidden, NotFound, Rejected
from responder.guards import in_scope
from responder.ids import ItemId
from responder.incident import CodeOrigin, FailedBackup
from responder.language import say
from responder.missing import right
from responder.settings import Settings
from responder.wire import Wire

CODE = "BackupOverdue"

_WEEK = 7 * 24  # hours: the longest pause that a policy of a VM allows, where its schedule is not understood
_KEPT = timedelta(days=14)  # how long Azure keeps jobs
_DAY = timedelta(days=1)
_UNSEEN = 20  # reasons that are told
_SLACK = timedelta(minutes=30)  # a job starts some minutes before the recovery point that it makes


class LookForOverdue(Wire):
    """Ask for the VMs without a good backup; ``way``: where the failed jobs were found."""

    now: datetime
    way: Way


class Guarded(NamedTuple):
    """A protected VM: its item, when its last good backup was, and the policy that says when the next is due."""

    item: ItemId
    vm_id: str | None
    last_good: datetime
    policy_id: str | None


class Overdue(NamedTuple):
    """A VM whose next good backup was due before now."""

    guarded: Guarded
    due: datetime


class Seen(Wire):
    """The VMs without a good backup. ``unseen``: why items of a vault could not be looked at, a sentence for each."""

    failures: list[FailedBackup] = []
    unseen: list[str] = []


def look(gateway: Gateway, settings: Settings, ask: LookForOverdue) -> Seen:
    """The VMs in scope whose last good backup is older than their policy allows, and nothing in Azure says why.

    Raises:
        ArmError: a read failed; it may be asked again.
    """
    graph = ask.way is Way.GRAPH
    unseen: list[str] = []
    rows = gateway.graph_items(subscriptions(settings)) if graph else _listed_items(gateway, settings, unseen)
    guarded = [one for row in rows if (one := guarded_in(row)) and in_scope(str(one.item.vault), settings.scope)]
    old = [one for one in guarded if ask.now - one.last_good > timedelta(hours=settings.overdue_hours)]
    policies = _policies(gateway, settings, old, graph=graph)
    known = [Overdue(one, due(one, policies.get((one.policy_id or "").lower()), settings)) for one in old]
    late = [one for one in known if one.due < ask.now]
    told = _unfinished(gateway, settings, late, ask) if late else {}
    return Seen(
        failures=[failure(one, ask.now) for one in late if not _explained(one.guarded, told)], unseen=unseen[:_UNSEEN]
    )


def failure(overdue: Overdue, now: datetime) -> FailedBackup:
    """The failure of an overdue VM, the same for a whole day: asking again makes no second incident."""
    guarded, due = overdue
    return FailedBackup(
        source=SOURCE,
        vault_id=str(guarded.item.vault).lower(),
        item_id=str(guarded.item).lower(),
        vm_id=guarded.vm_id,
        code_hint=CODE,
        message=say(
            "The last good backup is of {moment} UTC. No failed job says why.",
            moment=f"{guarded.last_good:%Y-%m-%d %H:%M}",
        ),
        occurred_at=guarded.last_good,
        not_before=guarded.last_good,
        not_after=due + (now - due) // _DAY * _DAY,
        overdue_since=due,
    )


def stand_in(told: FailedBackup) -> Job:
    """The job that there is not, so that an overdue VM is diagnosed like any other failure."""
    item = ItemId.parse(told.item_id or "")
    at = told.occurred_at + _SLACK if told.occurred_at else told.overdue_since
    return Job(
        id="",
        vault_job_id=told.item_id or "",
        item_container=item.item.partition(";")[2] if item else None,
        operation="Backup",
        status="Failed",
        started_at=at,
        ended_at=at,
        errors=[JobError(title=CODE, text=told.message)],
    )


def marked(resolved: Resolved) -> Resolved:
    """What led to the playbook: no title of a job, for there is no job."""
    named = resolved.origin is CodeOrigin.ERROR_TITLE
    return Resolved(resolved.playbook, resolved.code, CodeOrigin.OVERDUE) if named else resolved


def due(one: Guarded, policy: Policy | None, settings: Settings) -> datetime:
    """When the next good backup should have been there at the latest, with the grace of the settings."""
    gap = (policy.longest_gap_hours if policy else None) or _WEEK
    return one.last_good + timedelta(hours=gap + settings.overdue_hours)


def guarded_in(row: Mapping[str, Any]) -> Guarded | None:
    """A VM that is protected and was backed up before; what was never backed up waits for its first backup."""
    properties = row.get("properties")
    item, good = ItemId.parse(text(row, "id") or ""), _last_good(properties)
    state = (text(properties, "protectionState") or "").lower()
    if item is None or not item.is_virtual_machine or good is None or state != "protected":
        return None
    if flag(properties, "isScheduledForDeferredDelete"):
        return None
    vm_id = text(properties, "virtualMachineId") or text(properties, "sourceResourceId")
    return Guarded(item, vm_id, good, text(properties, "policyId"))


def _last_good(properties: object) -> datetime | None:
    """When the newest recovery point was made, or the last backup if it is younger and completed."""
    done = (text(properties, "lastBackupStatus") or "").lower().startswith("completed")
    moments = [moment(properties, "lastRecoveryPoint"), moment(properties, "lastBackupTime") if done else None]
    return max((at for at in moments if at), default=None)


def _policies(gateway: Gateway, settings: Settings, guarded: list[Guarded], *, graph: bool) -> dict[str, Policy]:
    """Policies by their id; one that cannot be read counts as one that backs up once a week."""
    if not guarded:
        return {}
    if graph:
        found = [policy_of(row) for row in gateway.graph_policies(subscriptions(settings)) if text(row, "id")]
        return {policy.id.lower(): policy for policy in found}
    wanted = {one.policy_id.lower(): one for one in guarded if one.policy_id}
    read = {name: _policy(gateway, one) for name, one in wanted.items()}
    return {name: policy for name, policy in read.items() if policy}


def _policy(gateway: Gateway, one: Guarded) -> Policy | None:
    try:
        return gateway.policy(one.item.vault, one.policy_id or "")
    except (NotFound, Forbidden, Rejected):
        return None


def _listed_items(gateway: Gateway, settings: Settings, unseen: list[str]) -> list[dict[str, Any]]:
    """The items of all vaults that may be read; a vault that is gone has none."""
    found: list[dict[str, Any]] = []
    for vault in vaults(gateway, settings):
        try:
            found += gateway.listed_items(vault)
        except NotFound:
            continue
        except Forbidden as missing:
            unseen.append(right(missing))
        except Rejected as refused:
            unseen.append(str(refused))
    return found


def _unfinished(
    gateway: Gateway, settings: Settings, late: Sequence[Overdue], ask: LookForOverdue
) -> dict[str, list[datetime]]:
    """When jobs of these VMs started that failed or still run, by the item's key."""
    since = max(min(one.guarded.last_good for one in late), ask.now - _KEPT)
    if ask.way is Way.GRAPH:
        names = sorted({name for one in late for name in _names(one.guarded.item)})
        rows = gateway.graph_unfinished(subscriptions(settings), names, since)
    else:
        concerned = {str(one.guarded.item.vault).lower(): one.guarded.item.vault for one in late}
        rows = [
            row
            for vault in concerned.values()
            for status in ("Failed", "InProgress")
            for row in gateway.listed_jobs(vault, status, since, ask.now)
        ]
    told: dict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        told[_key_of_job(row)].append(moment(row, "properties", "startTime") or ask.now)
    return told


def _explained(one: Guarded, told: Mapping[str, list[datetime]]) -> bool:
    return any(at > one.last_good for at in told.get(_key(str(one.item.vault), one.item.item), []))


def _names(item: ItemId) -> list[str]:
    """A container's name with its prefix, as the graph has it, and without, as a job list has it."""
    return [item.container, item.item.partition(";")[2]]


def _key_of_job(row: Mapping[str, Any]) -> str:
    vault = (text(row, "id") or "").lower().partition("/backupjobs/")[0]
    return _key(vault, text(row, "properties", "containerName") or "")


def _key(vault: str, name: str) -> str:
    """The vault and the last two parts, group and VM, of a container's or an item's name."""
    return "|".join([vault.lower().rstrip("/"), *name.lower().split(";")[-2:]])
