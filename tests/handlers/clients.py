"""A durable client without a store: instances are names with a status, entities are their pure functions."""

from types import SimpleNamespace
from typing import Any, cast

from handlers import entities
from handlers.durable import DurableOrchestrationClient
from responder.wire import record, typed


class FakeClient:
    """What was started and raised, in order. ``deaf``: instances that an event does not reach just now."""

    def __init__(self, statuses: dict[str, str] | None = None, *, deaf: tuple[str, ...] = ()) -> None:
        self.statuses = dict(statuses or {})
        self.started: list[tuple[str, str, Any]] = []
        self.raised: list[tuple[str, str, Any]] = []
        self.items: dict[str, entities.Item] = {}
        self._deaf = deaf

    @property
    def itself(self) -> DurableOrchestrationClient:
        """As the type that handlers ask for."""
        return cast("DurableOrchestrationClient", self)

    async def get_status(self, name: str, **_: object) -> Any:
        status = self.statuses.get(name)
        return SimpleNamespace(runtime_status=SimpleNamespace(name=status)) if status else None

    async def start_new(self, orchestrator: str, name: str, body: object) -> None:
        self.started.append((orchestrator, name, body))
        self.statuses[name] = "Running"

    async def raise_event(self, name: str, event: str, value: object) -> None:
        if name in self._deaf or self.statuses.get(name) != "Running":
            raise Exception(f"{name}: 404 or 410 or 500")  # noqa: TRY002  as the SDK
        self.raised.append((name, event, value))

    async def read_entity_state(self, entity: Any) -> Any:
        state = self.items.get(entity.key)
        return SimpleNamespace(entity_exists=state is not None, entity_state=record(state) if state else None)

    async def signal_entity(self, entity: Any, operation: str, payload: object) -> None:
        before = self.items.get(entity.key, entities.Item())
        self.items[entity.key], _ = entities.ITEM[operation](before, typed(payload, entities.Request))
