"""The state of the simulated cloud, and the agenda of what will happen to it.

Nothing here has a timer: whoever asks lets the world settle first, and everything that is due by then happens in
the order of its time.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.arm.failures import Failure
from sandbox.arm.index import Groups, Index
from sandbox.arm.machine_state import Machine, guid
from sandbox.arm.paths import within
from sandbox.arm.spec import ErrorSpec, WorldSpec
from sandbox.arm.times import point_name


@dataclass
class Point:
    """A restore point of a collection; ``moment`` names it, ``created`` is when compute had it."""

    moment: datetime
    created: datetime
    state: str = "Succeeded"

    @property
    def name(self) -> str:
        """``AzureBackup_YYYYMMDD_hhmmss``."""
        return point_name(self.moment)


@dataclass
class Collection:
    """A restore point collection."""

    id: str
    group: str
    machine: Machine
    points: list[Point] = field(default_factory=list[Point])
    guid: str = field(default_factory=guid)
    state: str = "Succeeded"

    @property
    def name(self) -> str:
        """The last segment of the id."""
        return self.id.rsplit("/", 1)[1]


@dataclass
class RecoveryPoint:
    """A recovery point of an item: in the snapshot tier, in the vault tier, or both."""

    name: str
    moment: datetime
    instant: bool = True
    hardened: bool = False


@dataclass
class Item:
    """A protected VM; ``key`` is its container in lower case."""

    machine: Machine
    data_id: str
    collection_id: str
    recovery_points: list[RecoveryPoint] = field(default_factory=list[RecoveryPoint])

    def __post_init__(self) -> None:
        self.key = self.container.lower()

    @property
    def container(self) -> str:
        """``iaasvmcontainerv2;group;vm``, as jobs name it; containers and items have a prefix."""
        return f"iaasvmcontainerv2;{self.machine.group};{self.machine.name}"


@dataclass
class Job:
    """A job of the vault: its end is decided when it starts, and may change before it comes.

    ``errors`` replaces the one error of ``failure``; ``phase`` is the task that failed; ``alerted`` is whether Azure
    Monitor tells of its failure.
    """

    item: Item
    started: datetime
    ends: datetime
    final: str
    failure: Failure | None = None
    listed_from: datetime | None = None
    expires: datetime | None = None
    cancelled: datetime | None = None
    workload: str | None = None
    operation: str = "Backup"
    phase: str = "snapshot"
    errors: list[ErrorSpec] | None = None
    details: dict[str, str] = field(default_factory=dict[str, str])
    alerted: bool = True
    id: str = field(default_factory=guid)
    activity: str = field(default_factory=guid)

    def running(self, at: datetime) -> bool:
        """Whether the job has not ended."""
        return at < self.ends

    def status(self, at: datetime) -> str:
        """InProgress, Cancelling, or how it ended."""
        if not self.running(at):
            return self.final
        return "Cancelling" if self.cancelled else "InProgress"

    def listed(self, at: datetime) -> bool:
        """Whether the list of jobs shows it already."""
        return self.listed_from is None or at >= self.listed_from


@dataclass
class Lock:
    """A management lock; after its deletion it acts on until ``gone``."""

    scope: str
    name: str
    level: str
    notes: str | None = None
    owners: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    gone: datetime | None = None

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"{self.scope}/providers/Microsoft.Authorization/locks/{self.name}"


@dataclass
class Operation:
    """A long-running operation of backup or compute; ``output`` is what a run command wrote."""

    started: datetime
    ends: datetime
    job: Job | None = None
    error: tuple[str, str] | None = None
    output: dict[str, object] | None = None
    id: str = field(default_factory=guid)


Event = Callable[[datetime], None]


@dataclass
class World:
    """A vault, the VMs that it protects, and what else exists around them in the simulated subscription.

    ``began`` is when the scenario began; ``strangers`` are VMs that no backup protects; ``fleet`` holds the failed
    jobs of a fleet's VMs, in the order of their ends. ``app_url``: where the app under test answers.
    """

    spec: WorldSpec
    now: datetime
    subject: Item
    groups: list[str]
    strangers: list[Machine] = field(default_factory=list[Machine])
    items: list[Item] = field(default_factory=list[Item])
    collections: list[Collection] = field(default_factory=list[Collection])
    locks: list[Lock] = field(default_factory=list[Lock])
    jobs: list[Job] = field(default_factory=list[Job])
    operations: dict[str, Operation] = field(default_factory=dict[str, Operation])
    failed_job: Job | None = None
    fleet: list[Job] = field(default_factory=list[Job])
    started_backups: int = 0
    app_url: str = "https://func-responder-prod-weu.azurewebsites.net"
    timed_out_deletions: int = 0
    _agenda: list[tuple[datetime, int, Event]] = field(default_factory=list[tuple[datetime, int, Event]])
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.began = self.now
        self._items = Index[Item](lambda item: item.key)
        self._hosts = Index[Item](lambda item: item.machine.key)
        self._strangers = Index[Machine](lambda machine: machine.key)
        self._jobs = Index[Job](lambda job: job.id.lower())
        self._jobs_by_item = Groups[Job](lambda job: id(job.item))
        self._collections = Index[Collection](lambda collection: collection.id.lower())
        self._groups = Index[str](str.lower)

    @property
    def machines(self) -> list[Machine]:
        """Every VM that exists: the protected ones first."""
        return [m for m in [*(item.machine for item in self.items), *self.strangers] if m.exists]

    @property
    def protected(self) -> list[Item]:
        """The protected items that the vault still has."""
        return [item for item in self.items if item is not self.subject or self.spec.item.exists]

    @property
    def subscription_id(self) -> str:
        """The ARM id of the subscription."""
        return f"/subscriptions/{self.spec.subscription}"

    @property
    def vault_id(self) -> str:
        """The ARM id of the vault."""
        return self.resource_id(self.spec.vault.group, "Microsoft.RecoveryServices/vaults", self.spec.vault.name)

    def resource_id(self, group: str, kind: str, name: str) -> str:
        """The ARM id of a resource in a group."""
        return f"{self.subscription_id}/resourceGroups/{group}/providers/{kind}/{name}"

    def at(self, moment: datetime, event: Event) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._agenda, (moment, next(self._order), event))

    def after(self, span: timedelta, event: Event) -> None:
        """Let something happen some time from now."""
        self.at(self.now + span, event)

    def settle(self, now: datetime) -> None:
        """Let everything happen that is due; the world's time never goes back."""
        while self._agenda and self._agenda[0][0] <= now:
            moment, _, event = heapq.heappop(self._agenda)
            self.now = max(self.now, moment)
            event(moment)
        self.now = max(self.now, now)

    def group(self, name: str) -> str | None:
        """The group of a name, in any case, as it was created."""
        return self._groups.find(self.groups, name.lower())

    def item(self, container: str) -> Item | None:
        """The item of a container, in any case and without prefix, if the vault still has it."""
        found = self._items.find(self.items, container.lower())
        return found if found is not self.subject or self.spec.item.exists else None

    def item_of_id(self, resource_id: str) -> Item | None:
        """The item of a VM's id, if the vault still has it."""
        found = self._hosts.find(self.items, resource_id.rstrip("/").lower())
        return found if found is not self.subject or self.spec.item.exists else None

    def job(self, name: str) -> Job | None:
        """The job of an id."""
        return self._jobs.find(self.jobs, name.lower())

    def jobs_of(self, item: Item) -> list[Job]:
        """All jobs of an item."""
        return self._jobs_by_item.of(self.jobs, id(item))

    def knows(self, resource_id: str) -> bool:
        """Whether a VM is or was one of this world."""
        key = resource_id.lower()
        return bool(self._hosts.find(self.items, key) or self._strangers.find(self.strangers, key))

    def machine(self, resource_id: str) -> Machine | None:
        """The VM of an id, if it exists."""
        key = resource_id.lower()
        item = self._hosts.find(self.items, key)
        found = item.machine if item and item.machine.exists else self._strangers.find(self.strangers, key)
        return found if found and found.exists else None

    def collection(self, resource_id: str) -> Collection | None:
        """The collection of an id."""
        return self._collections.find(self.collections, resource_id.rstrip("/").lower())

    def collections_of(self, machine: Machine) -> list[Collection]:
        """Every collection whose source is the VM."""
        return [c for c in self.collections if c.machine.key == machine.key]

    def item_of(self, machine: Machine) -> Item | None:
        """The protected item of a VM."""
        found = self._hosts.find(self.items, machine.key)
        return found if found and found.machine is machine else None

    def running_job(self, item: Item) -> Job | None:
        """A job of the item that has not ended."""
        return next((job for job in self.jobs_of(item) if job.running(self.now)), None)

    def acting_locks(self) -> list[Lock]:
        """The locks that exist or still act after their deletion."""
        return [lock for lock in self.locks if lock.gone is None or lock.gone > self.now]

    def locks_on(self, resource: str, *, below: bool = False) -> list[Lock]:
        """The acting locks at a resource and above it; with ``below`` also on what it contains."""
        return [
            lock
            for lock in self.acting_locks()
            if within(lock.scope, resource) or (below and within(resource, lock.scope))
        ]
