"""What a scenario says of many VMs at once, and of failed jobs beside the one that the alert is about."""

from typing import Annotated

from msgspec import Meta

from sandbox.arm.spec_machine import Count, Hours, Level, MachineSpec, Minutes, Spec

_AT_LIMIT = "UserErrorRpCollectionLimitReached"
Positive = Annotated[int, Meta(ge=1)]


class FleetCodeSpec(Spec, frozen=True):
    """A code and what is true of the VMs that fail with it.

    ``vm``: the machine, whose name and group the fleet gives. ``lock``: a lock of the collection itself. ``points``:
    restore points of such a VM, where the fleet's number does not fit.
    """

    code: str = _AT_LIMIT
    vm: MachineSpec = MachineSpec()
    lock: Level | None = None
    points: Count | None = None


class FleetSpec(Spec, frozen=True):
    """Many protected VMs, each with a failed job of its own: ``vm-0001`` in ``rg-fleet-01`` and so on.

    ``codes`` are dealt out in turn. ``spread_minutes``: the span, up to now, in which the failed jobs ended;
    ``minutes``: how long each ran. ``nights``: good nights before, one completed job each. ``name`` and ``group``
    begin the names of VMs and of their ``groups``.
    """

    count: Positive = 1000
    codes: Annotated[tuple[FleetCodeSpec, ...], Meta(min_length=1)] = (FleetCodeSpec(),)
    points: Count = 3
    spread_minutes: Minutes = 60
    minutes: Minutes = 12
    nights: Count = 1
    groups: Positive = 4
    name: str = "vm"
    group: str = "rg-fleet"


class MoreFailedJobSpec(Spec, frozen=True):
    """A failed backup job besides that of the alert; ``hours_ago`` is when it started.

    ``vm``: the name of a neighbour, null is the subject. ``alerted`` false: Azure Monitor tells nobody of it.
    """

    vm: str | None = None
    code: str = _AT_LIMIT
    hours_ago: Hours = 2
    minutes: Minutes = 12
    on_demand: bool = False
    alerted: bool = True
