"""Entities: operations in order, one batch at a time; a batch is one call and one transaction.

Source: azure-functions-durable 1.7.0, ``entity.py`` and ``models/entities``.
"""

import logging
from typing import Any

import msgspec

from sandbox.clock import Clock
from sandbox.durable.contract import EntityFailed, Invoker, Options
from sandbox.durable.history import Event, EventType, dumps, event, stamp
from sandbox.durable.lane import Lane
from sandbox.durable.outbox import entity_name, missing_function
from sandbox.durable.schema import Entity, Operation
from sandbox.durable.store import Store

LOG = logging.getLogger("sandbox.durable")


class Result(msgspec.Struct, rename="camel", frozen=True):
    """How one operation ended; ``result`` is JSON text, of the message if it failed."""

    result: str
    is_error: bool = False


class Batch(msgspec.Struct, rename="camel", frozen=True):
    """What an entity answers to a batch."""

    entity_exists: bool
    entity_state: str | None
    results: list[Result]
    signals: list[Any] = []


class Entities(Lane[str]):
    """The entities' lane."""

    def __init__(self, store: Store, clock: Clock, invoker: Invoker, options: Options) -> None:
        super().__init__(options.max_concurrent_entities)
        self._store, self._clock, self._invoker, self._options = store, clock, invoker, options

    def ready(self, now: float) -> list[str]:  # noqa: ARG002  operations are due at once
        """Entities that have operations."""
        return self._store.waiting_entities()

    async def run(self, key: str) -> None:
        """Do a batch of an entity's operations and answer their callers."""
        operations = self._store.batch(key, self._options.max_entity_batch)
        entity = self._store.entity(key) or Entity(key, None, 0, self._clock.time(), 0)
        try:
            batch = await self._call(entity, operations)
        except EntityFailed as failure:
            LOG.error("entity %s failed: %s", key, failure)  # noqa: TRY400  the traceback is the entity's own affair
            batch = _failed(entity, operations, str(failure))
        state = batch.entity_state if batch.entity_exists else None
        with self._store.transaction():
            self._store.put_entity(
                entity._replace(state=state, present=int(batch.entity_exists), updated=self._clock.time())
            )
            self._store.drop_operations(operations)
            for operation, result in zip(operations, batch.results, strict=True):
                self._answer(operation, result)

    async def _call(self, entity: Entity, operations: list[Operation]) -> Batch:
        name = entity_name(entity.id)
        if not self._invoker.knows("entity", name):
            raise EntityFailed(missing_function("entity", name))
        answer = await self._invoker.entity(name, _request(entity, operations))
        try:
            return msgspec.json.decode(answer, type=Batch)
        except msgspec.DecodeError as error:
            raise EntityFailed(f"The entity's answer is not what the protocol asks for: {error}") from error

    def _answer(self, operation: Operation, result: Result) -> None:
        caller = operation.caller
        if caller is None:
            if result.is_error:
                LOG.warning("signal %s to %s failed: %s", operation.name, operation.entity, result.result)
        elif self._store.is_live(caller, operation.caller_execution):
            now = self._clock.time()
            self._store.send(caller, operation.caller_execution, now, _answered(operation, result, now))


def _request(entity: Entity, operations: list[Operation]) -> str:
    _, name, key = entity.id.split("@", 2)
    batch = [
        {"name": operation.name, "input": operation.input, "isSignal": operation.caller is None}
        for operation in operations
    ]
    itself = {"name": name, "key": key}
    return dumps({"self": itself, "exists": bool(entity.present), "state": entity.state, "batch": batch})


def _failed(entity: Entity, operations: list[Operation], text: str) -> Batch:
    results = [Result(result=dumps(text), is_error=True) for _ in operations]
    return Batch(entity_exists=bool(entity.present), entity_state=entity.state, results=results)


def _answered(operation: Operation, result: Result, now: float) -> Event:
    answer = {"result": result.result} | ({"exceptionType": "Error"} if result.is_error else {})
    return event(EventType.EVENT_RAISED, stamp(now), Name=operation.request, Input=dumps(answer))
