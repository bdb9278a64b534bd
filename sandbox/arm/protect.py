"""A VM comes under protection: its item, its collection, its points, and what will happen to it by itself."""

import hashlib
from datetime import datetime, timedelta

from sandbox.arm.machine_state import Machine
from sandbox.arm.spec import WorldSpec
from sandbox.arm.spec_machine import MachineSpec
from sandbox.arm.world import Collection, Item, Point, RecoveryPoint, World

_COMPUTE_LAG = timedelta(seconds=2.4)  # The point exists in compute a little after the moment that names it.


def restore_point_group(spec: WorldSpec) -> str:
    """The group of the collections: named by the policy, else by the service; in the old layout that of the VM.

    Source: Azure Backup, "Azure Backup restore point collection resource group name".
    """
    if spec.foreign_group:
        return spec.vm.group
    if spec.policy.prefix:
        return f"{spec.policy.prefix}1{spec.policy.suffix or ''}"
    return f"AzureBackupRG_{spec.location}_1"


def _data_id(machine_id: str) -> str:
    """Fifteen digits that stay the same from run to run, as protectedItemDataId has them."""
    return str(10**14 + int(hashlib.sha256(machine_id.lower().encode()).hexdigest(), 16) % (9 * 10**14))


def machine_item(spec: WorldSpec, machine_spec: MachineSpec) -> Item:
    """The protected item of a VM, and the id of its collection."""
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


def set_in_time(world: World, machine: Machine) -> None:
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


def protect(world: World, item: Item, count: int, snapshot_only: int, overdue: float | None = None) -> None:
    """Add an item with so many points, one a day, of which the newest ones are in the snapshot tier alone.

    ``overdue``: hours since the newest point, where that is not as for all others.
    """
    hours = world.spec.points.newest_hours_ago if overdue is None else overdue
    newest = world.now - timedelta(hours=hours)
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
