"""From the specification of a scenario to the world in which it plays."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm.backups import begin_running
from sandbox.arm.failures import CANCELLED, failure
from sandbox.arm.fleet import add_fleet, fleet_groups
from sandbox.arm.protect import machine_item, protect, restore_point_group, set_in_time
from sandbox.arm.spec import KeyVaultSpec, LockSpec, NeighbourSpec, PastJobSpec, WorldSpec, parse
from sandbox.arm.spec_fleet import MoreFailedJobSpec
from sandbox.arm.spec_machine import MachineSpec
from sandbox.arm.world import Item, Job, Lock, World

_KEPT = timedelta(days=30)  # Azure Backup: the portal's proposal for an on-demand backup
_SNAPSHOT_ONLY = 3
_NEIGHBOUR_POINTS = 3
_LAST_NIGHT = 3  # hours ago
_GOOD = timedelta(minutes=71)
_SQL_CODE = "UserErrorParentFullBackupMissingLog"


def build_world(spec: Mapping[str, Any], now: datetime) -> World:
    """The world of a scenario at the moment of its alert.

    Raises:
        msgspec.ValidationError: names the key of ``spec`` that does not fit.
    """
    parsed = parse(spec)
    subject = machine_item(parsed, parsed.vm)
    world = World(spec=parsed, now=now, subject=subject, groups=_groups(parsed))
    subject.machine.tags.update(parsed.tags)
    protect(world, subject, parsed.points.count, _vaulted(parsed), parsed.overdue)
    for neighbour in _neighbours(parsed):
        machine = MachineSpec(name=neighbour.name, group=neighbour.group or parsed.vm.group)
        protect(world, machine_item(parsed, machine), _NEIGHBOUR_POINTS, 0, neighbour.overdue)
    world.locks.extend(_lock(world, lock) for lock in parsed.locks)
    _history(world)
    if parsed.fleet:
        add_fleet(world, parsed.fleet)
    set_in_time(world, subject.machine)
    return world


def _groups(spec: WorldSpec) -> list[str]:
    names = [spec.vault.group, spec.vm.group, restore_point_group(spec)]
    names += [neighbour.group for neighbour in _neighbours(spec) if neighbour.group]
    names += [spec.key_vault.group] if _encrypted(spec.vm) or spec.key_vault != KeyVaultSpec() else []
    names += [spec.other_vault.group] if spec.other_vault else []
    names += [spec.vm.moved_to] if spec.vm.moved_to else []
    names += fleet_groups(spec.fleet) if spec.fleet else []
    there = {name.lower(): name for name in names}
    if not spec.vm.group_exists:
        there.pop(spec.vm.group.lower())
    return list(there.values())


def _encrypted(machine: MachineSpec) -> bool:
    return machine.os_disk_encrypted or any(disk.encrypted for disk in machine.disks)


def _neighbours(spec: WorldSpec) -> list[NeighbourSpec]:
    return [NeighbourSpec(name=entry) if isinstance(entry, str) else entry for entry in spec.neighbours]


def _vaulted(spec: WorldSpec) -> int:
    """How many of the newest points are in the snapshot tier alone."""
    return {"vault": 0, "mixed": _SNAPSHOT_ONLY, "snapshot": spec.points.count}[spec.points.tier]


def _lock(world: World, spec: LockSpec) -> Lock:
    named = {
        "group": f"{world.subscription_id}/resourceGroups/{restore_point_group(world.spec)}",
        "vm-group": f"{world.subscription_id}/resourceGroups/{world.spec.vm.group}",
        "collection": world.subject.collection_id,
        "subscription": world.subscription_id,
        "vault": world.vault_id,
    }
    owners = [{"applicationId": owner} for owner in spec.owners]
    return Lock(named.get(spec.at, spec.at).rstrip("/"), spec.name, spec.level, spec.notes, owners)


def _history(world: World) -> None:
    """The job of the alert, last night's jobs of the neighbours, earlier jobs, and a job that runs already.

    An item that is overdue has no newer job than its last good one.
    """
    spec = world.spec
    if spec.overdue is None:
        world.failed_job = _failed_job(world)
        world.jobs.append(world.failed_job)
    else:
        world.jobs.append(_good(world, world.subject, spec.overdue))
    for item, neighbour in zip(world.items[1:], _neighbours(spec), strict=True):
        world.jobs.append(_good(world, item, _LAST_NIGHT if neighbour.overdue is None else neighbour.overdue))
    world.jobs.extend(_past_job(world, past) for past in spec.past_jobs)
    world.jobs.extend(_more_failed(world, more) for more in spec.more_failed_jobs)
    if spec.running_job:
        begin_running(world, spec.running_job)


def _good(world: World, item: Item, hours_ago: float) -> Job:
    started = world.now - timedelta(hours=hours_ago)
    return Job(item, started, started + _GOOD, "Completed")


def _more_failed(world: World, more: MoreFailedJobSpec) -> Job:
    item = _named(world, more.vm)
    started = world.now - timedelta(hours=more.hours_ago)
    ends = min(world.now, started + timedelta(minutes=more.minutes))
    expires = started + _KEPT if more.on_demand else None
    reason = failure(more.code, world.spec.numbers)
    return Job(item, started, ends, "Failed", reason, expires=expires, alerted=more.alerted)


def _named(world: World, name: str | None) -> Item:
    """The subject, or the neighbour of a name.

    Raises:
        ValueError: there is none of that name.
    """
    for item in world.items if name else [world.subject]:
        if name is None or item.machine.name.lower() == name.lower():
            return item
    message = f"more_failed_jobs names {name}, which is neither the VM nor a neighbour"
    raise ValueError(message)


def _failed_job(world: World) -> Job:
    spec, plan = world.spec, world.spec.failed_job
    started = world.now - timedelta(hours=plan.hours_ago)
    sql = spec.sql_item
    return Job(
        world.subject,
        started,
        min(world.now, started + timedelta(minutes=plan.minutes)),
        plan.status,
        failure(_SQL_CODE if sql and plan.code == type(plan)().code else plan.code, spec.numbers),
        workload="SQLDataBase;MSSQLSERVER;orders" if sql else None,
        operation=plan.operation,
        phase=plan.phase,
        errors=plan.errors,
        details=plan.details,
    )


def _past_job(world: World, past: PastJobSpec) -> Job:
    started = world.now - timedelta(hours=past.hours_ago)
    code = {"Failed": past.code, "Cancelled": CANCELLED}.get(past.ends_as)
    reason = failure(code, world.spec.numbers) if code else None
    expires = started + _KEPT if past.on_demand else None
    return Job(world.subject, started, started + timedelta(minutes=past.minutes), past.ends_as, reason, expires=expires)
