"""From the specification of a scenario to the world in which it plays."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm.backups import begin_running
from sandbox.arm.failures import CANCELLED, failure
from sandbox.arm.machine_state import Machine
from sandbox.arm.spec import KeyVaultSpec, LockSpec, MachineSpec, NeighbourSpec, PastJobSpec, WorldSpec, parse
from sandbox.arm.world import Collection, Item, Job, Lock, Point, RecoveryPoint, World

_COMPUTE_LAG = timedelta(seconds=2.4)  # The point exists in compute a little after the moment that names it.
_KEPT = timedelta(days=30)  # Azure Backup: the portal's proposal for an on-demand backup
_SNAPSHOT_ONLY = 3
_NEIGHBOUR_POINTS = 3
_SQL_CODE = "UserErrorParentFullBackupMissingLog"


def build_world(spec: Mapping[str, Any], now: datetime) -> World:
    """The world of a scenario at the moment of its alert.

    Raises:
        msgspec.ValidationError: names the key of ``spec`` that does not fit.
    """
    parsed = parse(spec)
    subject = _item(parsed, parsed.vm)
    world = World(spec=parsed, now=now, subject=subject, groups=_groups(parsed))
    subject.machine.tags.update(parsed.tags)
    _protect(world, subject, parsed.points.count, _vaulted(parsed))
    for neighbour in _neighbours(parsed):
        machine = MachineSpec(name=neighbour.name, group=neighbour.group or parsed.vm.group)
        _protect(world, _item(parsed, machine), _NEIGHBOUR_POINTS, 0)
    world.locks.extend(_lock(world, lock) for lock in parsed.locks)
    _history(world)
    _set_in_time(world, subject.machine)
    return world


def restore_point_group(spec: WorldSpec) -> str:
    """The group of the collections: named by the policy, else by the service; in the old layout that of the VM.

    Source: Azure Backup, "Azure Backup restore point collection resource group name".
    """
    if spec.foreign_group:
        return spec.vm.group
    if spec.policy.prefix:
        return f"{spec.policy.prefix}1{spec.policy.suffix or ''}"
    return f"AzureBackupRG_{spec.location}_1"


def _groups(spec: WorldSpec) -> list[str]:
    names = [spec.vault.group, spec.vm.group, restore_point_group(spec)]
    names += [neighbour.group for neighbour in _neighbours(spec) if neighbour.group]
    names += [spec.key_vault.group] if _encrypted(spec.vm) or spec.key_vault != KeyVaultSpec() else []
    names += [spec.other_vault.group] if spec.other_vault else []
    names += [spec.vm.moved_to] if spec.vm.moved_to else []
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


def _data_id(machine_id: str) -> str:
    """Fifteen digits that stay the same from run to run, as protectedItemDataId has them."""
    return str(10**14 + int(hashlib.sha256(machine_id.lower().encode()).hexdigest(), 16) % (9 * 10**14))


def _item(spec: WorldSpec, machine_spec: MachineSpec) -> Item:
    machine = _machine(spec, machine_spec, machine_spec.group)
    data_id = _data_id(machine.id)
    home = f"/subscriptions/{spec.subscription}/resourceGroups/{restore_point_group(spec)}"
    kind = "Microsoft.Compute/restorePointCollections"
    return Item(machine, data_id, f"{home}/providers/{kind}/AzureBackup_{machine.name}_{data_id}")


def _machine(spec: WorldSpec, machine: MachineSpec, group: str) -> Machine:
    root = f"/subscriptions/{spec.subscription}/resourceGroups/{group}"
    location = machine.location or spec.location
    machine_id = f"{root}/providers/Microsoft.Compute/virtualMachines/{machine.name}"
    return Machine(machine_id, machine.name, group, spec=machine, location=location)


def _set_in_time(world: World, machine: Machine) -> None:
    """When the agent was heard, what happens to the VM by itself, and the VM that has its name now."""
    spec = machine.spec
    if spec.agent.silent_hours:
        machine.heard = world.now - timedelta(hours=spec.agent.silent_hours)
    if spec.agent.recovers_after_hours is not None:
        world.after(timedelta(hours=spec.agent.recovers_after_hours), lambda _at: machine.recover_agent())
    if spec.state_settles_after_minutes is not None:
        world.after(timedelta(minutes=spec.state_settles_after_minutes), lambda _at: machine.settle())
    if spec.moved_to:
        moved = MachineSpec(name=spec.name, group=spec.moved_to, os=spec.os, location=spec.location)
        world.strangers.append(_machine(world.spec, moved, spec.moved_to))


def _protect(world: World, item: Item, count: int, snapshot_only: int) -> None:
    newest = world.now - timedelta(hours=world.spec.points.newest_hours_ago)
    moments = [(newest - timedelta(days=age, seconds=7 * age)).replace(microsecond=0) for age in range(count)]
    points = [Point(moment, moment + _COMPUTE_LAG) for moment in reversed(moments)]
    world.items.append(item)
    world.collections.append(Collection(item.collection_id, restore_point_group(world.spec), item.machine, points))
    item.recovery_points = [
        RecoveryPoint(_recovery_name(item, moment), moment, hardened=age >= snapshot_only)
        for age, moment in enumerate(moments)
    ]


def _recovery_name(item: Item, moment: datetime) -> str:
    return _data_id(f"{item.data_id}/{moment.isoformat()}")


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
    """The job of the alert, last night's jobs of the neighbours, earlier jobs, and a job that runs already."""
    world.failed_job = _failed_job(world)
    world.jobs.append(world.failed_job)
    for item in world.items:
        if item is not world.subject:
            started = world.now - timedelta(hours=3)
            world.jobs.append(Job(item, started, started + timedelta(minutes=71), "Completed"))
    world.jobs.extend(_past_job(world, past) for past in world.spec.past_jobs)
    if world.spec.running_job:
        begin_running(world, world.spec.running_job)


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
