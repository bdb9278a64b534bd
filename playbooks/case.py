"""The facts of one failed backup, read from ARM at most once per activity, concurrently where checks ask together."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock as Mutex
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from playbooks.facts import graph_collections, graph_jobs
from responder.azure.gateway import Gateway
from responder.azure.jobs import job_of_graph
from responder.azure.model import (
    ActivityEvent,
    Availability,
    Collection,
    Disk,
    Extension,
    GroupResource,
    Interface,
    Job,
    KeyVault,
    Lock,
    LongAnswer,
    Machine,
    Policy,
    ProtectedItem,
    RecoveryPoint,
    Vault,
)
from responder.errors import Conflict, Forbidden, NotFound, Rejected, ScopeLocked
from responder.guards import Refusal, may_touch_collection
from responder.ids import ItemId, ResourceId, same, within
from responder.settings import Settings
from responder.wire import Wire

T = TypeVar("T")

_JOBS_BACK = timedelta(days=7)  # a daily failure shows; longer than any job runs (72 hours)
_ACTIVITY_BACK = timedelta(days=1)


class PendingError(Exception):
    """ARM still works on an answer; whoever examines the case asks again later."""


_ANSWERS = (NotFound, Forbidden, Rejected, Conflict, ScopeLocked, PendingError)


class Subject(Wire):
    """What an incident is about, in verified ids; travels with every later step."""

    item: ItemId
    vm_id: str
    data_id: str | None = None
    policy: Policy | None = None
    failed_job: str
    failed_at: datetime
    cleanup_since: datetime | None = None
    failed_code: str | None = None  # the code that chose the playbook
    collections: list[str] | None = None  # ids of the VM's restore point collections, once they are known
    asked: dict[str, str] = {}  # what ARM works on: name of the fact -> URL at which its answer will be

    def with_(self, **changes: Any) -> "Subject":
        """The same subject, with more known of it."""
        return replace(self, **changes)

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


def owns(item: ItemId, job: Job) -> bool:
    """Whether a job of the vault is about this item."""
    return ItemId.of_job_container(item.vault, job.item_container or "").item.lower() == item.item.lower()


class Case:
    """Facts about a `Subject`, each read at most once.

    ``frugal``: many incidents are at work, so that jobs and the ids of collections come from Resource Graph instead of
    long lists of everything. What is read right before a change never is frugal.
    """

    def __init__(
        self, gateway: Gateway, settings: Settings, subject: Subject, now: datetime, *, frugal: bool = False
    ) -> None:
        self.gateway, self.settings, self.subject, self.now = gateway, settings, subject, now
        self.frugal = frugal
        self.begun_before = False  # whether an earlier execution may have sent the request of this change
        self._facts: dict[str, object] = {}
        self.asked: dict[str, str] = dict(subject.asked)
        self._gates: defaultdict[str, Mutex] = defaultdict(Mutex)
        self._mutex = Mutex()

    def item(self) -> ProtectedItem:
        """The protected item as it is now."""
        return self._once("item", lambda: self.gateway.protected_item(self.subject.item))

    def machine(self) -> Machine:
        """The VM itself: model and instance view.

        Raises:
            NotFound: the VM was deleted, moved or renamed.
        """
        return self._once("machine", lambda: self.gateway.machine(self.subject.vm_id))

    def machine_if_there(self) -> Machine | None:
        """The VM itself; None if it is gone."""
        found = self.machine_or_missing()
        return None if isinstance(found, NotFound) else found

    def machine_or_missing(self) -> Machine | NotFound:
        """The VM itself, or Azure's word that it is gone."""
        try:
            return self.machine()
        except NotFound as missing:
            return missing

    def extensions(self) -> list[Extension]:
        """The VM's extensions with the messages of their instance views."""
        return self._once("extensions", lambda: self.gateway.extensions(self.subject.vm_id))

    def disks(self) -> list[Disk]:
        """The VM's managed disks."""
        ids = [disk.id for disk in self.machine().disks if disk.id]
        return [self.disk(disk) for disk in ids]

    def disk(self, disk_id: str) -> Disk:
        """One managed disk.

        Raises:
            NotFound: it was deleted.
        """
        return self._once(f"disk {disk_id.lower()}", lambda: self.gateway.disk(disk_id))

    def key_vault(self, vault_id: str) -> KeyVault:
        """A key vault.

        Raises:
            NotFound: it was deleted.
        """
        return self._once(f"key vault {vault_id.lower()}", lambda: self.gateway.key_vault(vault_id))

    def interface(self) -> Interface | None:
        """The VM's primary network interface."""
        ids = self.machine().interfaces
        return self._once("interface", lambda: self.gateway.interface(ids[0])) if ids else None

    def vault(self) -> Vault:
        """The Recovery Services vault."""
        return self._once("vault", lambda: self.gateway.vault(self.subject.item.vault))

    def failed_job(self) -> Job:
        """The failed job with its phases."""
        return self._once("failed job", lambda: self.gateway.job(self.subject.item.vault, self.subject.failed_job))

    def activity(self) -> list[ActivityEvent]:
        """What the activity log tells of the subscription from a day before the failed job's end until now."""
        since = self.subject.failed_at - _ACTIVITY_BACK
        subscription = self.subject.vm.subscription
        return self._once("activity", lambda: self.gateway.activity(subscription, since, self.now))

    def availability(self) -> Availability:
        """Resource Health of the VM."""
        return self._once("availability", lambda: self.gateway.availability(self.subject.vm_id))

    def long_answer(self, name: str, ask: Callable[[], LongAnswer]) -> object:
        """The body of an answer that ARM works on for a while.

        Raises:
            PendingError: not yet; where to ask again is noted in ``asked``.
        """
        return self._once(name, lambda: self._long_answer(name, ask))

    def jobs(self) -> list[Job]:
        """Backup jobs of this item that started in the last seven days, newest first."""
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

    def know(self, name: str, fact: object) -> None:
        """Take over a fact that was read already."""
        self._facts[name] = fact

    def knows(self, name: str) -> bool:
        """Whether a fact was read."""
        return name in self._facts and not isinstance(self._facts[name], Exception)

    def _long_answer(self, name: str, ask: Callable[[], LongAnswer]) -> object:
        url = self.asked.get(name)
        answer = self.gateway.long_answer(url) if url else ask()
        if answer.url is None:
            return answer.body
        self.asked[name] = answer.url
        raise PendingError(name)

    def _read_jobs(self) -> list[Job]:
        vault, since = self.subject.item.vault, self.now - _JOBS_BACK
        jobs = self._graph_jobs(since) if self.frugal else None
        if jobs is None:
            jobs = self.gateway.jobs(vault, since, self.now + timedelta(days=1))
        mine = [job for job in jobs if owns(self.subject.item, job)]
        return sorted(mine, key=lambda job: job.started_at or self.now, reverse=True)

    def _graph_jobs(self, since: datetime) -> list[Job] | None:
        """Jobs that Resource Graph knows; None where it may not be asked: the list has to do then."""
        vault = self.subject.item.vault
        try:
            rows = self.gateway.query(vault.subscription, graph_jobs.since(self.subject.item, since))
        except (Forbidden, Rejected):
            return None
        return [job for job in map(job_of_graph, rows) if within(str(vault), job.vault_job_id)]

    def _read_collections(self) -> list[Collection]:
        ids = self.subject.collections
        if ids is None:
            ids = (self._graph_collections() if self.frugal else []) or self._listed_collections()
        whole = [self.gateway.collection(name) for name in ids]
        return [entry for entry in whole if entry is not None and same(entry.source_id, self.subject.vm_id)]

    def _graph_collections(self) -> list[str]:
        """Ids that Resource Graph knows; none where it may not be asked."""
        try:
            rows = self.gateway.query(self.subject.vm.subscription, graph_collections.of_machine(self.subject.vm_id))
        except (Forbidden, Rejected):
            return []
        return [str(row.get("id")) for row in rows]

    def _listed_collections(self) -> list[str]:
        listed = self.gateway.collections(self.subject.vm.subscription)
        return [entry.id for entry in listed if same(entry.source_id, self.subject.vm_id)]

    def _once(self, key: str, read: Callable[[], T]) -> T:
        """The fact of this name. That something is not there, may not be read or is not ready is a fact too."""
        with self._mutex:
            gate = self._gates[key]
        with gate:
            if key not in self._facts:
                try:
                    self._facts[key] = read()
                except _ANSWERS as answer:
                    self._facts[key] = answer
            fact = self._facts[key]
        if isinstance(fact, _ANSWERS):
            raise fact
        return cast("T", fact)
