"""Runs the real orchestrator and the real activities in a simulated world, with people who decide or do not.

Entities are their pure functions, durable timers let the virtual clock leap, posts are taken at once.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from typing import Any

from msgspec.structs import replace

from handlers import activities, entities, targets, telling, watch_entity
from handlers.incident_flow import Limits, live
from handlers.keys import watch_key
from handlers.messages import Answer, ReadJobs
from handlers.story import Story
from responder.incident import FailedBackup, Mode
from responder.intake import failures, incident_id
from responder.settings import Settings
from responder.wire import record, typed
from sandbox.arm import build_world, builtin_alert
from sandbox.arm.backups import begin_running
from sandbox.arm.cloud import Call
from sandbox.arm.faults import Faults
from sandbox.arm.spec import RunningJobSpec
from sandbox.arm.throttle import Throttle
from sandbox.arm.world import Job, Lock
from tests.handlers.flows import FakeContext, Task, drive, hops
from tests.safety.oracle import Approval, Trial
from tests.safety.witness import Witness

OPERATIONS: dict[str, tuple[Any, Any, Any]] = {
    "item": (entities.Item, entities.ITEM, entities.Request),
    "governor": (entities.Governor, entities.GOVERNOR, entities.Request),
    "receipt": (entities.Receipt, entities.RECEIPT, entities.Request),
    "target": (targets.Target, targets.TARGET, targets.TargetRequest),
    "watch": (watch_entity.Watch, watch_entity.WATCH, watch_entity.WatchRequest),
}
NOBODY = {"kind": "nobody", "hours": 0}
STEPS = 3000  # activities and entity operations of one incident; none needs as many


@dataclass
class Event:
    """What a person raised, under the event's name."""

    name: str
    result: object = None
    kind: str = "event"


class Person(FakeContext):
    """The orchestration's context; a person decides about each plan after some hours, or nobody does."""

    def __init__(self, now: datetime, decisions: list[dict[str, Any]]) -> None:
        super().__init__(now)
        self.story: Story | None = None
        self.told_by_the_watcher: Callable[[], Any] = dict
        self.approvals: list[Approval] = []
        self._decisions: Iterator[dict[str, Any]] = chain(decisions, repeat(NOBODY))

    def wait_for_external_event(self, name: str) -> Any:
        return Event(name)

    def task_any(self, tasks: list[Any]) -> Any:
        raised, deadline = tasks
        if raised.name.startswith("jobs-"):
            raised.result = json.dumps(self.told_by_the_watcher())
            return raised
        decision = next(self._decisions)
        at = self.current_utc_datetime + timedelta(hours=decision["hours"])
        if decision["kind"] == "nobody" or at >= deadline.payload:
            return deadline
        assert self.story
        plan, self.current_utc_datetime = self.story.incident.approvals[-1], at
        if decision["kind"] == "approve":
            self.approvals.append(Approval(at, plan.changes))
        fingerprint = "of another plan" if decision["kind"] == "other-plan" else plan.fingerprint
        told = {"approve": decision["kind"] != "decline", "fingerprint": fingerprint, "by": "a person"}
        raised.result = json.dumps(told)
        return raised


@dataclass
class Lab:
    """One simulated ARM for all worlds of a shard, and what came up in them."""

    cloud: Witness
    settings: Settings
    states: dict[str, Any] = field(default_factory=dict[str, Any])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    changes: Counter[str] = field(default_factory=Counter[str])
    used: Settings = field(init=False)

    def run(self, drawn: dict[str, Any]) -> Trial:
        """The incident of the world's alert, from its opening to its end."""
        self._enter(drawn)
        world, began = self.cloud.world, self.cloud.clock.now()
        home = {entry.id.lower(): _group(entry.id) for entry in world.collections_of(world.subject.machine)}
        self._paused = _pause(drawn, began)
        self._reports = self._steps = 0
        context = Person(began, drawn["decisions"])
        incident = self._respond(context, self._alert(drawn))
        world.settle(self.cloud.clock.now())
        trial = Trial(
            world=world,
            scenes=self.cloud.scenes,
            home=home,
            approvals=context.approvals,
            paused=self._paused,
            mode=str(self.used.mode),
            reports=self._reports,
            incident=incident,
        )
        self._count(trial)
        return trial

    def wrongly_sent(self) -> list[Call]:
        """Requests of the world at hand that the wrong identity sent: changes the reader, reads the other one."""
        return [call for call in self.cloud.calls if call.identity != ("remediate" if call.changes else "diagnose")]

    def _enter(self, drawn: dict[str, Any]) -> None:
        """Replace the world; the clock goes on."""
        now = self.cloud.clock.now()
        self.cloud.watch(build_world(_named(drawn["spec"]), now))
        self.cloud.calls.clear()
        self.cloud.faults = Faults(self.cloud.world.spec.faults, now)
        self.cloud._throttle = Throttle()
        self.states.clear()
        self.used = replace(self.settings, mode=Mode(drawn["mode"]))
        self._surround(drawn)

    def _surround(self, drawn: dict[str, Any]) -> None:
        """What no specification says: jobs that begin later, and neighbours that are busy or locked."""
        world = self.cloud.world
        for later in drawn.get("later_jobs", []):
            spec = RunningJobSpec(minutes_ago=0, ends_after_minutes=later["lasts"], ends_as=later["end"])
            world.after(timedelta(minutes=later["after"]), partial(self._begin, spec))
        for item in world.items:
            if item is world.subject:
                continue
            if drawn.get("busy_neighbours"):
                job = Job(item, world.now - timedelta(minutes=4), world.now + timedelta(hours=30), "Failed")
                world.jobs.append(job)
            if drawn.get("neighbour_locks"):
                world.locks.append(Lock(item.collection_id, f"keep-{item.machine.name}", "CanNotDelete"))

    def _begin(self, spec: RunningJobSpec, _at: datetime) -> None:
        """The schedule starts no backup beside a running one."""
        if not self.cloud.world.running_job(self.cloud.world.subject):
            begin_running(self.cloud.world, spec)

    def _alert(self, drawn: dict[str, Any]) -> dict[str, Any]:
        body = builtin_alert(self.cloud.world)
        if drawn.get("alert") == "unknown":
            return {"what": "nobody knows"}
        if drawn.get("alert") == "no-job":
            body["data"]["alertContext"]["extendedInfo"].pop("jobId")
        return body

    def _respond(self, context: Person, alert: dict[str, Any]) -> dict[str, Any]:
        """An alert that the app ignores does not keep a person from asking for its job."""
        accepted = failures(alert).accepted or [self._asked_for()]
        (failure,) = accepted
        flow = hops(context, incident_id(failure), failure)
        context.story = flow.story
        context.told_by_the_watcher = partial(self._watch, context, failure)
        limits = Limits(concurrent=5)
        return drive(context, live(flow, failure, limits), lambda task: self._answer(context, task))

    def _watch(self, context: Person, failure: FailedBackup) -> Any:
        """What the vault's watcher tells the one incident that waits, as soon as it may list the jobs."""
        vault = str(failure.vault_id)
        state = self.states[f"watch {watch_key(vault)}"]
        ask = watch_entity.WatchRequest(now=context.current_utc_datetime, generation=state.generation)
        _, turn = watch_entity.take(state, ask)
        context.current_utc_datetime = turn.list_at or context.current_utc_datetime
        self.cloud.clock.leap_to(context.current_utc_datetime)
        _, turn = watch_entity.take(state, replace(ask, now=context.current_utc_datetime))
        read = ReadJobs(looks=turn.looks, may_list=True, now=context.current_utc_datetime)
        while (found := telling.read_vault(read)).again_after is not None:
            context.current_utc_datetime += timedelta(seconds=found.again_after)
            self.cloud.clock.leap_to(context.current_utc_datetime)
        told = [look.key for look in turn.looks]
        over = replace(ask, spent=found.reads, told=told, now=context.current_utc_datetime)
        self.states[f"watch {watch_key(vault)}"], _ = watch_entity.take(state, over)
        return record(found.seen[told[-1]])

    def _asked_for(self) -> FailedBackup:
        world = self.cloud.world
        assert world.failed_job
        return FailedBackup(source="builtin-alert", vault_id=world.vault_id, job_id=world.failed_job.id)

    def _answer(self, context: Person, task: Task) -> Any:
        self._steps += 1
        assert self._steps < STEPS, "the incident does not come to an end"
        self.cloud.clock.leap_to(context.current_utc_datetime)
        if task.kind == "entity":
            return self._operate(task, context.current_utc_datetime)
        if task.name == "call_watcher":
            return record(Answer())
        if task.name == "deliver":
            self._reports += not task.payload.get("approval")
            return record(Answer(value={"state": "delivered", "detail": "told"}))
        return getattr(activities, task.name)(task.payload)

    def _operate(self, task: Task, now: datetime) -> Any:
        entity, _, operation = task.name.partition(".")
        kind, operations, request = OPERATIONS[entity]
        before = self.states.get(f"{entity} {task.key}", kind())
        if entity == "governor":
            paused = next((since for since, until in self._paused if since <= now < until), None)
            before = replace(before, paused_at=paused, paused_by="a person" if paused else None)
        after, answer = operations[operation](before, typed(task.payload, request))
        self.states[f"{entity} {task.key}"] = after
        return record(answer)

    def _count(self, trial: Trial) -> None:
        """What came up: worlds in which nothing happens prove nothing."""
        self.outcomes[str(trial.incident["outcome"])] += 1
        done = {call["path"] for call in self.cloud.mutations if call["status"] < 400}
        self.changes.update(_kind(scene.method, scene.path) for scene in trial.scenes if scene.path in done)


def _named(spec: dict[str, Any]) -> dict[str, Any]:
    """Every lock of a world gets a name of its own."""
    return {**spec, "locks": [{**lock, "name": f"lock-{n}"} for n, lock in enumerate(spec.get("locks", []))]}


def _pause(drawn: dict[str, Any], began: datetime) -> list[tuple[datetime, datetime]]:
    with suppress(KeyError):
        since = began + timedelta(minutes=drawn["pause"]["after"])
        return [(since, since + timedelta(minutes=drawn["pause"]["lasts"]))]
    return []


def _group(collection: str) -> str:
    return "/".join(collection.split("/")[:5]).lower()


def _kind(method: str, path: str) -> str:
    return f"{method} {path.split('/')[-1 if method == 'POST' else -2]}"
