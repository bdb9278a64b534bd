"""A simulated cloud that notes, at every request for a change, how the failed VM and its backups stand then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm import Cloud
from sandbox.arm.cloud import Call
from sandbox.arm.exchange import Answer
from sandbox.arm.paths import canonical
from sandbox.arm.world import Collection, Job, World

_SNAPSHOT = timedelta(minutes=9)  # how long the simulated service takes its snapshot


@dataclass(frozen=True)
class Running:
    """A job of the VM that has not ended; ``snapshot``: its snapshot is still being taken."""

    id: str
    operation: str
    snapshot: bool


@dataclass(frozen=True)
class Scene:
    """One request for a change, granted or not, and the world that it met."""

    method: str
    path: str
    at: datetime
    exists: bool
    power: str
    state: str
    agent: str
    busy: bool
    extensions: Mapping[str, tuple[bool, str]]  # name in lower case -> whether the backup's own, state
    running: tuple[Running, ...]
    failures: tuple[datetime, ...]  # when ad hoc backups of the VM have failed
    copied: Mapping[str, bool]  # id of a collection of the VM -> whether the vault has all of it


class Witness(Cloud):
    """Everything that was asked to change, with its scene."""

    def watch(self, world: World) -> None:
        """Another world takes the place of the one before; its scenes begin."""
        self.world = world
        self.scenes: list[Scene] = []

    def answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Note the scene before the cloud acts."""
        path = canonical(request["path"])
        if Call(request["method"], path, 0, "").changes:
            now = self.clock.now()
            self.world.settle(now)
            self.scenes.append(_scene(self.world, request["method"], path, now))
        return super().answer(request, headers)


def backups(world: World) -> list[Job]:
    """The backup jobs of the failed VM itself, not of a database in it."""
    return [job for job in world.jobs if job.item is world.subject and job.workload is None]


def _scene(world: World, method: str, path: str, at: datetime) -> Scene:
    machine, jobs = world.subject.machine, backups(world)
    return Scene(
        method=method,
        path=path,
        at=at,
        exists=machine.exists,
        power=machine.power,
        state=machine.state,
        agent=machine.agent,
        busy=machine.busy_until is not None and at < machine.busy_until,
        extensions={entry.name.lower(): (entry.of_backup, entry.state) for entry in machine.extensions},
        running=tuple(Running(job.id, job.operation, _in_snapshot(job, at)) for job in jobs if job.running(at)),
        failures=tuple(job.ends for job in jobs if job.expires and job.final == "Failed" and job.ends <= at),
        copied={found.id.lower(): _copied(world, found) for found in world.collections_of(machine)},
    )


def _in_snapshot(job: Job, at: datetime) -> bool:
    """A job that will fail never leaves the snapshot."""
    return job.failure is not None or at < job.started + _SNAPSHOT


def _copied(world: World, collection: Collection) -> bool:
    copies = {point.moment for point in world.subject.recovery_points if point.hardened}
    alone = [point for point in world.subject.recovery_points if point.instant and not point.hardened]
    return not alone and all(point.moment in copies for point in collection.points)
