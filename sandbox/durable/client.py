"""What clients may ask of the task hub. Source: Durable Functions, "HTTP API reference" and "Instance management"."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.clock import Clock
from sandbox.durable.contract import AlreadyRunning, BadRequest, Gone, Invoker, NotFound, UnknownFunction
from sandbox.durable.history import EventType, dumps, event, stamp
from sandbox.durable.outbox import create, end, fresh, missing_function
from sandbox.durable.rewind import rewind_history
from sandbox.durable.schema import Instance
from sandbox.durable.store import Store
from sandbox.durable.views import Page, Query, entity_body, history_body, status_body

_PAGE = 100
_BAD_ID = re.compile(r"^@|[/\\#?\x00-\x1f\x7f-\x9f]")
_BAD_KEY = re.compile(r"[@/\\#?\x00-\x1f\x7f-\x9f]")
_LONGEST_ID = 256


class Client:
    """Operations on instances and entities; each is one transaction, durable when it returns."""

    def __init__(self, store: Store, clock: Clock, invoker: Invoker, wake: Callable[[], None]) -> None:
        self._store, self._clock, self._invoker, self._wake_up = store, clock, invoker, wake

    async def start_instance(
        self, name: str, instance_id: str | None = None, input_text: str | None = None, version: str | None = None
    ) -> str:
        """Start an orchestration and give its id; one that has ended under this id is replaced, history and all.

        Raises:
            UnknownFunction: the app has no such orchestrator.
            BadRequest: the id is not allowed.
            AlreadyRunning: an instance of this id is alive.
        """
        if not self._invoker.knows("orchestrator", name):
            raise UnknownFunction(missing_function("orchestrator", name))
        if instance_id is not None and (len(instance_id) > _LONGEST_ID or _BAD_ID.search(instance_id)):
            raise BadRequest(
                f"'{instance_id}' is not an instance id: at most 256 characters, no @ in front, no / \\ # ?"
            )
        chosen = instance_id or uuid4().hex
        with self._store.transaction():
            self._refuse_live(chosen)
            create(self._store, fresh(chosen, name, input_text, self._clock.time(), version))
        self._wake_up()
        return chosen

    async def status(
        self,
        instance_id: str,
        *,
        show_input: bool = True,
        show_history: bool = False,
        show_history_output: bool = False,
    ) -> dict[str, Any] | None:
        """The status body of an instance, None if there is none."""
        instance = self._store.instance(instance_id)
        if instance is None:
            return None
        body = status_body(instance, show_input=show_input)
        if show_history:
            body["historyEvents"] = history_body(self._store.history(instance_id), show_output=show_history_output)
        return body

    async def list_instances(
        self, query: Query | None = None, *, top: int = _PAGE, token: str | None = None, show_input: bool = True
    ) -> Page:
        """A page of status bodies in the order of their ids, entities among them, from after ``token`` on."""
        wanted = query or Query()
        asked = (wanted, token or "", top + 1)
        found = [status_body(instance, show_input=show_input) for instance in self._store.instances(*asked)]
        found += [entity_body(entity) for entity in self._store.entities(*asked)]
        found.sort(key=lambda row: str(row["instanceId"]))
        page = found[:top]
        return Page(page, str(page[-1]["instanceId"]) if len(found) > len(page) and page else None)

    async def raise_event(self, instance_id: str, name: str, input_text: str) -> None:
        """Send an event, JSON text, to whichever execution of an instance runs.

        Raises:
            NotFound, Gone: there is no such instance, or it has ended.
        """
        with self._store.transaction():
            self._live(instance_id)
            self._send(instance_id, EventType.EVENT_RAISED, Name=name, Input=input_text)
        self._wake_up()

    async def terminate(self, instance_id: str, reason: str) -> None:
        """End an instance now; its children and its activities that are queued go on.

        Raises:
            NotFound, Gone: there is no such instance, or it has ended.
        """
        with self._store.transaction():
            instance, now = self._live(instance_id), self._clock.time()
            events = [
                event(EventType.EXECUTION_TERMINATED, stamp(now), Input=dumps(reason)),
                event(
                    EventType.EXECUTION_COMPLETED, stamp(now), OrchestrationStatus="Terminated", Result=dumps(reason)
                ),
            ]
            self._store.append(instance_id, len(self._store.history(instance_id)), events)
            end(self._store, instance, "Terminated", dumps(reason), now)
        self._wake_up()

    async def suspend(self, instance_id: str, reason: str) -> None:
        """Let an instance see nothing until it is resumed.

        Raises:
            NotFound, Gone: there is no such instance, or it has ended.
        """
        self._switch(instance_id, EventType.EXECUTION_SUSPENDED, reason)

    async def resume(self, instance_id: str, reason: str) -> None:
        """Let a suspended instance see what came in meanwhile.

        Raises:
            NotFound, Gone: there is no such instance, or it has ended.
        """
        self._switch(instance_id, EventType.EXECUTION_RESUMED, reason)

    async def restart(self, instance_id: str, *, new_id: bool = True) -> str:
        """Start an instance again with its input, and give the id.

        Raises:
            NotFound: there is no such instance.
            AlreadyRunning: it is alive and must keep its id.
        """
        with self._store.transaction():
            instance = self._known(instance_id)
            if not new_id:
                self._refuse_live(instance_id)
            chosen = uuid4().hex if new_id else instance_id
            again = fresh(chosen, instance.name, instance.input, self._clock.time(), instance.version)
            create(self._store, again)
        self._wake_up()
        return chosen

    async def rewind(self, instance_id: str, reason: str) -> None:
        """Take the failures out of a failed instance's history and let it go on from there.

        Raises:
            NotFound: there is no such instance.
            BadRequest: it has not failed.
        """
        with self._store.transaction():
            instance = self._known(instance_id)
            if instance.status != "Failed":
                raise BadRequest(f"The instance '{instance_id}' is {instance.shown_status}, not Failed.")
            rewind_history(self._store, instance, reason, self._clock.time())
        self._wake_up()

    async def purge(self, instance_id: str) -> int:
        """Delete an ended instance; how many were deleted."""
        with self._store.transaction():
            instance = self._store.instance(instance_id)
            if instance is None or instance.live:
                return 0
            self._store.forget(instance_id)
        return 1

    async def purge_by(self, query: Query) -> int:
        """Delete the ended instances of a query; how many were deleted."""
        return sum([await self.purge(item.id) for item in self._store.instances(query)])

    async def read_entity(self, name: str, key: str) -> str | None:
        """The state of an entity as JSON text, None if it does not exist."""
        entity = self._store.entity(f"@{name.lower()}@{key}")
        return (entity.state or "null") if entity and entity.present else None

    async def signal_entity(self, name: str, key: str, operation: str, input_text: str | None) -> None:
        """Queue an operation that nobody waits for.

        Raises:
            UnknownFunction: the app has no such entity.
            BadRequest: the key is not allowed.
        """
        if not self._invoker.knows("entity", name):
            raise UnknownFunction(missing_function("entity", name))
        if _BAD_KEY.search(key):
            raise BadRequest(f"'{key}' is not an entity key: no @ / \\ # ? and no control characters")
        with self._store.transaction():
            self._store.operate(f"@{name.lower()}@{key}", operation, input_text)
        self._wake_up()

    def _switch(self, instance_id: str, kind: EventType, reason: str) -> None:
        with self._store.transaction():
            instance = self._live(instance_id)
            self._store.put(instance._replace(suspended=int(kind is EventType.EXECUTION_SUSPENDED)))
            self._send(instance_id, kind, Reason=reason)
        self._wake_up()

    def _send(self, instance_id: str, kind: EventType, **fields: object) -> None:
        now = self._clock.time()
        self._store.send(instance_id, None, now, event(kind, stamp(now), **fields))

    def _known(self, instance_id: str) -> Instance:
        instance = self._store.instance(instance_id)
        if instance is None:
            raise NotFound(f"No instance with ID '{instance_id}' found.")
        return instance

    def _live(self, instance_id: str) -> Instance:
        instance = self._known(instance_id)
        if not instance.live:
            raise Gone(f"The instance '{instance_id}' is {instance.status}.")
        return instance

    def _refuse_live(self, instance_id: str) -> None:
        instance = self._store.instance(instance_id)
        if instance is not None and instance.live:
            raise AlreadyRunning(f"An Orchestration instance with the status {instance.shown_status} already exists.")
