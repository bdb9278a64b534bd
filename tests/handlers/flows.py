"""Drives a part of the orchestrator without an engine: each asked task is answered by a function of the test."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, cast

from handlers.durable import DurableOrchestrationContext
from handlers.hops import Hops
from handlers.messages import Addressee, Addressees, Answer
from handlers.story import Story
from handlers.watching import Watching
from responder.incident import FailedBackup
from responder.wire import record

T = TypeVar("T")
START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
FAILURE = FailedBackup(source="builtin-alert", vault_id="/subscriptions/s/vaults/v", job_id="job-1")


class Task(NamedTuple):
    """What the orchestrator asked for."""

    kind: str  # activity, entity, timer, event
    name: str
    payload: Any
    key: str = ""

    @property
    def result(self) -> Any:
        """What was raised, if this is an event."""
        return self.payload

    def cancel(self) -> None:
        """A timer that lost its race."""


class FakeContext:
    """As much of the orchestration context as `Hops` uses; timers let its time pass."""

    def __init__(self, now: datetime = START) -> None:
        self.current_utc_datetime = now
        self.raised: object = None
        self.is_replaying = False
        self.instance_id = "inc-1"
        self.input: object = None
        self.statuses: list[dict[str, Any]] = []
        self.signals: list[Task] = []

    def get_input(self) -> object:
        return self.input

    def call_activity(self, name: str, payload: object) -> Task:
        return Task("activity", name, payload)

    def call_entity(self, entity: Any, operation: str, payload: object) -> Task:
        return Task("entity", f"{entity.name}.{operation}", payload, entity.key)

    def signal_entity(self, entity: Any, operation: str, payload: object) -> None:
        self.signals.append(Task("signal", f"{entity.name}.{operation}", payload, entity.key))

    def create_timer(self, at: datetime) -> Task:
        return Task("timer", "timer", at)

    def wait_for_external_event(self, name: str) -> Task:
        return Task("event", name, self.raised)

    def task_any(self, tasks: list[Task]) -> Task:
        """The event wins if a test has raised one, else its deadline."""
        wanted = "timer" if self.raised is None else "event"
        return next(task for task in tasks if task.kind == wanted)

    def set_custom_status(self, status: dict[str, Any]) -> None:
        self.statuses.append(status)


def hops(context: FakeContext, incident: str = "inc-1", failure: FailedBackup = FAILURE) -> Hops:
    """`Hops` on a fake context, with a story of its own."""
    story = Story(incident, failure, context.current_utc_datetime)
    return Hops(cast("DurableOrchestrationContext", context), story)


def drive(context: FakeContext, flow: Generator[Any, Any, T], answer: Callable[[Task], Any]) -> T:
    """Run a flow to its end; timers pass by themselves, one webhook wants everything, the rest ``answer`` answers."""
    result: Any = None
    while True:
        try:
            task = flow.send(result)
        except StopIteration as end:
            return cast("T", end.value)
        if task.name == "address":
            result = record(Answer(value=record(Addressees(all=[Addressee(target="webhook")]))))
        elif task.kind == "timer":
            context.current_utc_datetime = max(context.current_utc_datetime, task.payload)
            result = None
        elif task.kind == "event":
            result = task
        elif task.name == "watch.look":
            result = {"direct": True}  # a quiet vault
        else:
            result = answer(task)


def quiet(way: Hops) -> Watching:
    """The looks of an incident at a vault in which nobody else is at work."""
    return Watching(way, "/subscriptions/s/vaults/v", 60)
