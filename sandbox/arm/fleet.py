"""A fleet: many protected VMs, each with a failed job, a collection and troubles of its own."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from sandbox.arm.failures import failure
from sandbox.arm.protect import machine_item, protect, set_in_time
from sandbox.arm.spec import parse
from sandbox.arm.spec_fleet import FleetCodeSpec, FleetSpec
from sandbox.arm.spec_machine import MachineSpec
from sandbox.arm.world import Item, Job, Lock, World

_NIGHT = timedelta(days=1)
_GOOD = timedelta(minutes=71)


def add_fleet(world: World, fleet: FleetSpec) -> None:
    """Protect the VMs of a fleet, and let the job of each fail."""
    width = max(4, len(str(fleet.count)))
    for number in range(fleet.count):
        plan = fleet.codes[number % len(fleet.codes)]
        group = f"{fleet.group}-{number % fleet.groups + 1:02d}"
        _add(world, fleet, plan, replace(plan.vm, name=f"{fleet.name}-{number + 1:0{width}d}", group=group), number)
    world.jobs += world.fleet


def fleet_groups(fleet: FleetSpec) -> list[str]:
    """The resource groups of a fleet's VMs."""
    return [f"{fleet.group}-{number:02d}" for number in range(1, min(fleet.groups, fleet.count) + 1)]


def _add(world: World, fleet: FleetSpec, plan: FleetCodeSpec, machine: MachineSpec, number: int) -> None:
    item = machine_item(world.spec, machine)
    protect(world, item, fleet.points if plan.points is None else plan.points, 0)
    set_in_time(world, item.machine)
    if plan.lock:
        world.locks.append(Lock(item.collection_id, f"keep-{machine.name}", plan.lock))
    ends = world.now - timedelta(minutes=fleet.spread_minutes) * (1 - (number + 1) / fleet.count)
    job = _failed(world, item, plan.code, ends, timedelta(minutes=fleet.minutes))
    world.jobs += _good_nights(item, job.started, fleet.nights)
    world.fleet.append(job)


def _failed(world: World, item: Item, code: str, ends: datetime, span: timedelta) -> Job:
    return Job(item, ends - span, ends, "Failed", failure(code, world.spec.numbers))


def _good_nights(item: Item, failed: datetime, nights: int) -> Iterator[Job]:
    for night in range(nights, 0, -1):
        started = failed - night * _NIGHT
        yield Job(item, started, started + _GOOD, "Completed")


def over_vaults(spec: Mapping[str, Any], vaults: int, subscriptions: int = 1) -> list[dict[str, Any]]:
    """The specifications of several worlds among which the fleet of one is divided; its faults strike in all.

    Vaults take turns in the subscriptions. The first keeps all names; the others have their own vault and groups, while
    the collections of one subscription share the restore point group, as those of one region do in Azure.
    """
    fleet, faults = spec.get("fleet") or {}, spec.get("faults", [])
    count = fleet.get("count", FleetSpec().count)
    return [
        {
            **spec,
            **_place(spec, number, number % subscriptions),
            "fleet": {**fleet, "count": count // vaults + (number < count % vaults), **_home(fleet, number)},
            "faults": [] if number else faults,
        }
        for number in range(vaults)
    ]


def _place(spec: Mapping[str, Any], number: int, subscription: int) -> dict[str, Any]:
    known = parse(spec)
    other = str(uuid.uuid5(uuid.UUID(known.subscription), str(subscription)))
    named = {"subscription": other if subscription else known.subscription}
    if not number:
        return named
    vault = {"name": f"{known.vault.name}-{number + 1}", "group": known.vault.group}
    return {**named, "vault": vault, "vm": {**spec.get("vm", {}), "group": f"{known.vm.group}-{number + 1}"}}


def _home(fleet: Mapping[str, Any], number: int) -> dict[str, str]:
    return {"group": f"{fleet.get('group', FleetSpec().group)}-v{number + 1}"} if number else {}
