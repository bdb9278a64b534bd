"""The watcher of a vault: lives while somebody waits, lists when it may, outlives whatever goes wrong around it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import repeat
from pathlib import Path
from typing import Any, cast

import pytest

from handlers import entities, watch_entity, watcher
from handlers.durable import Blueprint, DurableEntityContext, DurableOrchestrationContext, EntityId
from handlers.keys import watch_key
from handlers.messages import Answer, CallWatcher, ReadJobs, Told
from handlers.watch_entity import Look, Turn, WatchRequest
from handlers.watcher import watch
from responder.wire import record, typed
from tests.handlers.flows import START, FakeContext, Task
from tests.handlers.replaying import functions_of, replays_as_it_ran
from tests.sandbox.durable.harness import Lab, LocalInvoker

VAULT = CallWatcher(vault="/subscriptions/s/vaults/v", generation=2, reads_per_hour=60)
ONE, OTHER = (
    Look(incident=name, event="jobs-1", vault="/subscriptions/s/vaults/v", item=None, since=START)
    for name in ("inc-1", "inc-2")
)
OVER = Turn(over=True)


class Context(FakeContext):
    """A context that may begin anew."""

    def __init__(self) -> None:
        super().__init__()
        self.input = record(VAULT)
        self.anew: object = None

    def continue_as_new(self, value: object) -> None:
        self.anew = value


class Run:
    """The watcher's whole run: its turns are these, its reads are answered by ``read``."""

    def __init__(self, turns: Iterator[Turn], read: Callable[[ReadJobs], object]) -> None:
        self.context = Context()
        self.takes: list[WatchRequest] = []
        self.reads: list[ReadJobs] = []
        self._turns, self._read = turns, read
        self._drive(watch(cast("DurableOrchestrationContext", self.context)))

    def _drive(self, flow: Any) -> None:
        with suppress(StopIteration):
            task = next(flow)
            while True:
                task = self._step(flow, task)

    def _step(self, flow: Any, task: Task) -> Any:
        """The next task; what an activity raises reaches the watcher as the SDK's bare exception."""
        if task.kind == "timer":
            self.context.current_utc_datetime = task.payload
            return next(flow)
        try:
            result = self._answer(task)
        except RuntimeError as error:
            return flow.throw(Exception(str(error)))
        return flow.send(result)

    def _answer(self, task: Task) -> Any:
        if task.name == "watch.take":
            assert task.key == watch_key(VAULT.vault)
            self.takes.append(typed(task.payload, WatchRequest))
            return record(next(self._turns))
        assert task.name == "read_jobs"
        self.reads.append(typed(task.payload, ReadJobs))
        return self._read(self.reads[-1])


def told(ask: ReadJobs) -> object:
    return record(Answer(value=record(Told(keys=[look.key for look in ask.looks], reads=2))))


def test_it_ends_when_nobody_waits() -> None:
    run = Run(iter([OVER]), told)
    assert (run.reads, run.context.anew, len(run.takes)) == ([], None, 1)


def test_it_says_whom_it_has_told_and_what_that_took() -> None:
    run = Run(iter([Turn(looks=[ONE, OTHER]), OVER]), told)
    assert [(take.told, take.spent, take.generation) for take in run.takes] == [
        ([], 0, 2),
        ([ONE.key, OTHER.key], 2, 2),
    ]
    assert run.takes[1].now - run.takes[0].now == timedelta(minutes=1)


@pytest.mark.parametrize("minutes, may", [(None, True), (-1, True), (0, True), (1, False), (90, False)])
def test_it_never_lists_before_it_may(minutes: int | None, may: bool) -> None:
    at = None if minutes is None else START + timedelta(minutes=minutes)
    run = Run(iter([Turn(looks=[ONE], list_at=at), OVER]), told)
    assert [read.may_list for read in run.reads] == [may]


def test_it_survives_a_read_that_failed_and_tells_later() -> None:
    fails = iter([True])

    def fails_once(ask: ReadJobs) -> object:
        if next(fails, False):
            raise RuntimeError("Activity function 'read_jobs' failed: the host was stopped")
        return told(ask)

    run = Run(iter([Turn(looks=[ONE]), Turn(looks=[ONE]), OVER]), fails_once)
    assert [take.told for take in run.takes] == [[], [], [ONE.key]]


def test_it_rests_as_long_as_azure_wants_and_counts_the_read_all_the_same() -> None:
    later = record(Answer(again_after=600, why="Throttled", job_reads=1))
    run = Run(iter([Turn(looks=[ONE]), OVER]), lambda _: later)
    assert run.takes[1].now - run.takes[0].now == timedelta(minutes=10)
    assert (run.takes[1].told, run.takes[1].spent) == ([], 1)


def test_a_round_in_which_nothing_can_be_answered_asks_nobody() -> None:
    run = Run(iter([Turn(list_at=START + timedelta(minutes=9)), Turn(looks=[ONE]), OVER]), told)
    assert len(run.reads) == 1
    assert [ask.told for ask in run.takes] == [[], [], [ONE.key]]


def test_after_its_rounds_it_begins_anew() -> None:
    run = Run(repeat(Turn(looks=[ONE])), told)
    assert len(run.reads) == 30
    assert typed(run.context.anew, CallWatcher) == VAULT
    assert run.takes[-1].told == [ONE.key]  # the last round is not forgotten


def test_with_nobody_left_after_its_rounds_it_does_not_begin_anew() -> None:
    turns = iter([*[Turn(looks=[ONE])] * 30, OVER])
    assert Run(turns, told).context.anew is None


class App:
    """The watcher and its entity as they are, with an activity that answers as the test says."""

    def __init__(self, silent_reads: int) -> None:
        self.reads = 0
        self._silent = silent_reads
        self.parts = Blueprint()
        self.parts.orchestration_trigger(context_name="context")(watch_vault)
        self.parts.orchestration_trigger(context_name="context")(waiting)
        self.parts.entity_trigger(context_name="context", entity_name="watch")(watch_one)
        self.parts.activity_trigger(input_name="payload")(self._activity())

    def _activity(self) -> Any:
        def read_jobs(payload: object) -> object:
            self.reads += 1
            if self.reads == 1:
                raise ConnectionError("the store is down")
            if self.reads <= self._silent:
                return record(Answer(again_after=1))
            return told(typed(payload, ReadJobs))

        return read_jobs


def watch_vault(context: Any) -> Any:
    return (yield from watch(context))


def watch_one(context: DurableEntityContext) -> None:
    entities.operate(context, watch_entity.Watch, watch_entity.WATCH, WatchRequest)


def waiting(context: Any) -> Any:
    """Puts two looks into a vault that has no read left."""
    entity, now = EntityId("watch", watch_key(VAULT.vault)), context.current_utc_datetime
    yield context.call_entity(entity, "spend", record(WatchRequest(now=now, spent=30)))
    yield context.call_entity(entity, "look", record(WatchRequest(now=now, look=ONE)))
    return (yield context.call_entity(entity, "look", record(WatchRequest(now=now, look=OTHER))))


@pytest.mark.parametrize("silent_reads, rounds", [(3, 30), (6, 4)])
async def test_it_replays_as_it_ran_also_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent_reads: int, rounds: int
) -> None:
    monkeypatch.setattr(watcher, "_ROUNDS", rounds)
    app = App(silent_reads)
    invoker = LocalInvoker(functions_of(app.parts))
    async with Lab(tmp_path, invoker=invoker) as lab:
        placed = await lab.run("waiting", None, "w")
        assert placed["output"]["generation"] == 1
        ended = await lab.run("watch_vault", record(VAULT) | {"generation": 1}, "watch-1")
        assert ended["runtimeStatus"] == "Completed"
        assert app.reads == silent_reads + 1
        await replays_as_it_ran(lab, "watch_vault", "watch-1")
