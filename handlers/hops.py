"""Durable waiting: activities asked until they answer, timers that never outlive their round, events with a deadline.

The Durable extension replays the action list in order and keeps an instance running while a timer is open, so every
round makes a fresh timer and cancels it when it loses, every event has a name of its own, and no timer is longer than
six days. Source: Durable extension, out-of-process orchestration shim; Azure Storage provider, timer limits.
"""

import json
from collections.abc import Generator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from handlers.durable import DurableOrchestrationContext, EntityId
from handlers.entities import Grant, Request
from handlers.keys import RESOURCE_GRAPH
from handlers.live import Newest
from handlers.logbook import Line, Logbook, write
from handlers.messages import Answer, Trouble
from handlers.story import Story
from responder.language import say
from responder.wire import Wire, record, typed

T = TypeVar("T")
Flow = Generator[Any, Any, T]
"""A part of the orchestrator: yields Durable tasks, returns its result."""

_SPREAD = 50.0  # seconds, the most by which one incident comes back later than another
_ASKS_THE_GRAPH = {"diagnose", "examine"}  # activities
_GRAPH_TURNS_PER_HOUR = 3600  # Resource Graph answers 15 questions in five seconds, an activity asks one to three
_PATIENCE = 24  # how often one activity is asked again before its trouble is taken as final

_INCIDENT = "inc-"  # the runs of digests and redeliveries have no story to tell

_newest = Newest()


class StepFailedError(Exception):
    """An activity could not do its work; ``trouble`` says why."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.text)


class Hops:
    """The orchestrator's way to the world outside of its replayed code."""

    def __init__(self, context: DurableOrchestrationContext, story: Story) -> None:
        self._context = context
        self._began = self.now
        self.story = story
        self.life = ""  # ends the names of events and plans where an earlier orchestration of the incident used some
        self.held_item: str | None = None  # key of the protected item that this incident may act on
        self.frugal = False  # whether the vault had no read of jobs left for this incident when it looked last
        self.refusals: list[str] = []  # reasons with which entities refused something, each once
        self._logbook = Logbook()
        self._reads = 0  # reads of jobs that nobody has counted yet
        self._events = 0
        self._steps = 0

    @property
    def now(self) -> datetime:
        """The orchestration's clock: the same at every replay."""
        moment: datetime = self._context.current_utc_datetime
        return moment

    @property
    def incident(self) -> str:
        """The incident's id."""
        return self.story.incident.id

    def next_event(self, prefix: str) -> str:
        """A name for an event that is waited for once."""
        self._events += 1
        return f"{prefix}-{self._events}{self.life}"

    def take_reads(self) -> int:
        """The reads of jobs that activities have made since this was asked last."""
        reads, self._reads = self._reads, 0
        return max(0, reads)

    def prepaid(self, reads: int) -> None:
        """So many of the next reads are counted already."""
        self._reads -= reads

    def do(self, activity: str, request: Wire) -> Flow[None]:
        """Let an activity do something that needs no answer."""
        yield from self._do(self._context.call_activity(activity, record(request)))

    def ask(self, activity: str, request: Wire, answer: type[T]) -> Flow[T]:
        """An activity's answer. When Azure throttles or is down, durable time passes and it is asked again.

        Raises:
            StepFailedError: the activity said why it could not.
        """
        why = None
        for waits in range(_PATIENCE):
            if self.frugal and activity in _ASKS_THE_GRAPH:
                yield from self._turn()
            payload = record(request) | {"now": self.now.isoformat(), "incidentId": self.incident}
            reply = typed((yield from self._do(self._context.call_activity(activity, payload))), Answer)
            self._reads += reply.job_reads
            if reply.trouble:
                raise StepFailedError(reply.trouble)
            if reply.again_after is None:
                return typed(reply.value, answer)
            why = reply.why
            yield from self._wait_for_azure(reply, waits)
        text = say("{activity}: {why}; asked {count} times.", activity=activity, why=why, count=_PATIENCE)
        raise StepFailedError(Trouble(kind="Unavailable", text=text))

    def entity(self, kind: str, key: str, operation: str, request: Wire, answer: type[T]) -> Flow[T]:
        """An entity's answer."""
        text = yield from self._do(self._context.call_entity(EntityId(kind, key), operation, record(request)))
        return typed(text, answer)

    def grant(self, kind: str, key: str, operation: str, request: Request) -> Flow[Grant]:
        """The answer of an entity operation that may be refused."""
        grant = yield from self.entity(kind, key, operation, request, Grant)
        if grant.refused and grant.refused.reason not in self.refusals:
            self.refusals.append(grant.refused.reason)
            self.note("refused", by=kind, reason=grant.refused.reason)
        return grant

    def log(self) -> None:
        """Write what is new in the story; whatever waits for others does so by itself."""
        if self.incident.startswith(_INCIDENT):
            self._logbook.follow(self.story.incident, self.now, replaying=bool(self._context.is_replaying))

    def note(self, event: str, **fields: object) -> None:
        """Write an event of which the story does not tell, unless this is a replay."""
        if not self._context.is_replaying:
            write(self.story.incident, [Line(event, fields)])

    def tell(self, kind: str, key: str, operation: str, request: Wire) -> None:
        """Let an entity do something that nobody waits for; an error of the entity's stays there."""
        self._context.signal_entity(EntityId(kind, key), operation, record(request))

    def sleep_until(self, moment: datetime) -> Flow[None]:
        """Let durable time pass. Timers of the Azure Storage backend end at six days: longer waits are made of legs."""
        while self.now < moment:
            leg = min(moment, self.now + timedelta(days=5))
            yield from self._do(self._context.create_timer(leg))

    def event(self, name: str, until: datetime) -> Flow[Any]:
        """What was raised under a name that is used once; None if nothing came in time (at most six days)."""
        raised = self._context.wait_for_external_event(name)
        deadline: Any = self._context.create_timer(until)
        winner = yield from self._do(self._context.task_any([raised, deadline]))
        if winner is not raised:
            return None
        deadline.cancel()
        value = raised.result
        return json.loads(value) if isinstance(value, str) else value

    def _turn(self) -> Flow[None]:
        """In a crowd those who ask Resource Graph go one by one: it counts the questions of the whole app."""
        rate = _GRAPH_TURNS_PER_HOUR
        ask = Request(incident=self.incident, now=self.now, subscription=RESOURCE_GRAPH, per_hour=rate)
        grant = yield from self.grant("governor", "app", "turn", ask)
        yield from self.sleep_until(grant.start_at or self.now)

    def _wait_for_azure(self, reply: Answer, waits: int) -> Flow[None]:
        """As long as Azure asks for, and a little longer, up to a time that doubles with each further refusal."""
        asked = max(reply.again_after or 0, 1)
        until = self.now + timedelta(seconds=asked + self._spread(min(asked * 2**waits, _SPREAD)))
        state = self.story.incident.state
        why = reply.why or say("Azure asked to be called later.")
        self.story.wait("waiting-for-azure", why, self.now, until)
        yield from self.sleep_until(until)
        self.story.step(state)

    def _spread(self, most: float) -> float:
        """Seconds by which this incident waits longer than others: they would all come back in the same moment."""
        digest = sha256(f"{self.incident} {self._steps}".encode()).digest()
        return most * digest[0] / 255

    def _do(self, task: Any) -> Flow[Any]:
        self._steps += 1
        incident = self.story.incident
        replaying = bool(self._context.is_replaying)
        self.log()
        status = _newest.at((incident.id, self._began), self._steps, self.story.status, replaying=replaying)
        if status is not None:
            self._context.set_custom_status(status)
        result = yield task
        return result
