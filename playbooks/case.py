"""The facts of one failed backup, read from ARM at most once per activity, concurrently where checks ask together."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock as Mutex
from typing import TypeVar, cast

from responder.azure.gateway import Gateway
from responder.azure.model import (
    Collection,
    GroupResource,
    Job,
    Lock,
    Machine,
    Policy,
    ProtectedItem,
    RecoveryPoint,
)
from responder.guards import Refusal, may_touch_collection
from responder.ids import ItemId, ResourceId, same
from responder.settings import Settings
from responder.wire import Wire

T = TypeVar("T")

_JOBS_BACK = timedelta(hours=72)  # the longest that a backup job runs before the service gives up


class Subject(Wire):
    """What an incident is about, in verified ids; travels with every later step."""

    item: ItemId
    vm_id: str
    data_id: str | None = None
    policy: Policy | None = None
    failed_job: str
    failed_at: datetime
    cleanup_since: datetime | None = None
    collections: list[str] | None = None  # ids of the VM's restore point collections, once they are known

    @property
    def vm(self) -> ResourceId:
        """The VM's parsed id.

        Raises:
            ValueError: the vault named a source that is no resource id.
        """
        parsed = ResourceId.parse(self.vm_id)
        if parsed is None:
            message = f"not a VM id: {self.vm_id}"
            raise ValueError(message)
        return parsed


class Case:
    """Facts about a `Subject`, each read at most once."""

    def __init__(self, gateway: Gateway, settings: Settings, subject: Subject, now: datetime) -> None:
        self.gateway, self.settings, self.subject, self.now = gateway, settings, subject, now
        self._facts: dict[str, object] = {}
        self._gates: defaultdict[str, Mutex] = defaultdict(Mutex)
        self._mutex = Mutex()

    def item(self) -> ProtectedItem:
        """The protected item as it is now."""
        return self._once("item", lambda: self.gateway.protected_item(self.subject.item))

    def machine(self) -> Machine:
        """The VM itself."""
        return self._once("machine", lambda: self.gateway.machine(self.subject.vm_id))

    def jobs(self) -> list[Job]:
        """Backup jobs of this item that started in the last 72 hours, newest first."""
        return self._once("jobs", self._read_jobs)

    def locks(self) -> list[Lock]:
        """All locks of the subscription: its own, those of groups and those of resources."""
        return self._once("locks", lambda: self.gateway.locks(self.subject.vm.subscription))

    def collections(self) -> list[Collection]:
        """The restore point collections of this VM, found by ``source.id``, with their points."""
        return self._once("collections", self._read_collections)

    def service_collections(self) -> list[Collection]:
        """Those of the VM's collections that the Backup service made; all of them if it made none, to be refused."""
        own = [entry for entry in self.collections() if self.foreign(entry) is None]
        return own or self.collections()

    def foreign(self, collection: Collection) -> Refusal | None:
        """Why a collection is not the service's own for this VM; None if it is."""
        subject = self.subject
        return may_touch_collection(collection, vm_id=subject.vm_id, data_id=subject.data_id, policy=subject.policy)

    def group_resources(self, group: str) -> list[GroupResource]:
        """Everything in a resource group of the VM's subscription."""
        subscription = self.subject.vm.subscription
        return self._once(f"group {group.lower()}", lambda: self.gateway.group_resources(subscription, group))

    def recovery_points(self) -> list[RecoveryPoint]:
        """The item's recovery points with their tiers."""
        return self._once("recovery points", lambda: self.gateway.recovery_points(self.subject.item))

    def path(self, relative: str) -> str:
        """The ARM path of something inside the item's vault, for evidence."""
        return f"{self.subject.item.vault}/{relative}"

    def _read_jobs(self) -> list[Job]:
        found = self.gateway.jobs(self.subject.item.vault, self.now - _JOBS_BACK, self.now + timedelta(days=1))
        mine = [job for job in found if self.owns(job)]
        return sorted(mine, key=lambda job: job.started_at or self.now, reverse=True)

    def owns(self, job: Job) -> bool:
        """Whether a job of the vault is about this item."""
        name = job.item_container or ""
        return ItemId.of_job_container(self.subject.item.vault, name).item.lower() == self.subject.item.item.lower()

    def _read_collections(self) -> list[Collection]:
        ids = self.subject.collections
        if ids is None:
            listed = self.gateway.collections(self.subject.vm.subscription)
            ids = [entry.id for entry in listed if same(entry.source_id, self.subject.vm_id)]
        whole = [self.gateway.collection(name) for name in ids]
        return [entry for entry in whole if entry is not None and same(entry.source_id, self.subject.vm_id)]

    def _once(self, key: str, read: Callable[[], T]) -> T:
        with self._mutex:
            gate = self._gates[key]
        with gate:
            if key not in self._facts:
                self._facts[key] = read()
            return cast("T", self._facts[key])
