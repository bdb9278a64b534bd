"""Orchestrations: one episode is one call of the orchestrator over its whole history, then one transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import msgspec

from sandbox.clock import Clock
from sandbox.durable.actions import Response, parse_failure, parse_response
from sandbox.durable.contract import Invoker, Options, OrchestratorFailed
from sandbox.durable.history import Event, EventType, dumps, event, loads, stamp
from sandbox.durable.lane import Lane
from sandbox.durable.outbox import carry_out, check_functions, end, missing_function, started
from sandbox.durable.replay import Decision, EpisodeFailed, Outcome, Replay
from sandbox.durable.schema import Instance, Message
from sandbox.durable.store import Store

LOG = logging.getLogger("sandbox.durable")

_STATUS_LIMIT = 16 * 1024  # bytes of UTF-16 (Durable extension, MessagePayloadDataConverter)


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one episode starts from."""

    instance: Instance
    past: list[Event]
    messages: list[Message]
    new: list[Event]

    @property
    def history(self) -> list[Event]:
        """Past and new events."""
        return [*self.past, *self.new]

    @property
    def at(self) -> str:
        """The stamp of the episode."""
        return str(self.new[0]["Timestamp"])


class Episodes(Lane[str]):
    """The orchestrators' lane."""

    def __init__(self, store: Store, clock: Clock, invoker: Invoker, options: Options) -> None:
        super().__init__(options.max_concurrent_orchestrators)
        self._store, self._clock, self._invoker, self._options = store, clock, invoker, options

    def ready(self, now: float) -> list[str]:
        """Instances that have messages."""
        return self._store.runnable(now)

    async def run(self, key: str) -> None:
        """Hand an instance all that waits for it."""
        turn = self._turn(key)
        if turn is None:
            return
        try:
            response = await self._call(turn)
            outcome = Replay(response, turn.instance.execution).run(turn.history)
            self._check(response, outcome)
        except EpisodeFailed as failure:
            text = str(failure)
            self._commit(turn, lambda: self._fail(turn, text))
        else:
            self._commit(turn, lambda: self._settle(turn, response, outcome))

    def _turn(self, instance_id: str) -> Turn | None:
        now = self._clock.time()
        instance = self._store.instance(instance_id)
        messages = self._store.inbox(instance_id, now)
        if instance is None or not instance.live or not messages:
            with self._store.transaction():
                self._store.drop_messages(messages)
            return None
        past = self._store.history(instance_id)
        arrived: list[Event] = [loads(message.event) for message in messages]
        first = event(EventType.ORCHESTRATOR_STARTED, episode_stamp(now, past, arrived))
        return Turn(instance, past, messages, [first, *arrived])

    async def _call(self, turn: Turn) -> Response:
        name = turn.instance.name
        if not self._invoker.knows("orchestrator", name):
            LOG.error("%s", missing_function("orchestrator", name))
            raise EpisodeFailed(missing_function("orchestrator", name))
        try:
            return await self._invoke(name, _request(turn))
        except msgspec.DecodeError as error:
            raise EpisodeFailed(f"The orchestrator's response is not what the protocol asks for: {error}") from error

    async def _invoke(self, name: str, request: str) -> Response:
        try:
            return parse_response(await self._invoker.orchestrator(name, request))
        except OrchestratorFailed as failure:
            response = parse_failure(str(failure))
            if response is None:
                raise EpisodeFailed(str(failure)) from failure
            return response

    def _check(self, response: Response, outcome: Outcome) -> None:
        if len(response.flat) > self._options.max_actions:
            raise EpisodeFailed(f"The orchestrator took more than {self._options.max_actions} actions.")
        size = len(dumps(response.custom_status).encode("utf-16-le"))
        if size > _STATUS_LIMIT:
            raise EpisodeFailed(
                "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB."
                f" The current payload size is {size / 1024:.0f} KB."
            )
        check_functions(self._invoker, outcome.decisions)

    def _commit(self, turn: Turn, step: Callable[[], None]) -> None:
        with self._store.transaction():
            if self._store.is_live(turn.instance.id, turn.instance.execution):
                self._store.drop_messages(turn.messages)
                step()

    def _settle(self, turn: Turn, response: Response, outcome: Outcome) -> None:
        status = None if response.custom_status is None else dumps(response.custom_status)
        instance = self._latest(turn)._replace(custom_status=status)
        scheduled = [self._carry_out(turn, decision) for decision in outcome.decisions]
        if not outcome.complete:
            self._go_on(turn, instance, outcome, scheduled)
        elif response.error is not None:
            self._end(turn, instance, "Failed", dumps(_failed(instance.name, response.error)), scheduled)
        elif outcome.continued is not None:
            self._continue(instance, dumps(outcome.continued.input))
        else:
            output = None if response.output is None else dumps(response.output)
            self._end(turn, instance, "Completed", output, scheduled)

    def _fail(self, turn: Turn, text: str) -> None:
        LOG.error("orchestration %s failed: %s", turn.instance.id, text)
        self._end(turn, self._latest(turn), "Failed", dumps(_failed(turn.instance.name, text)), [])

    def _latest(self, turn: Turn) -> Instance:
        # It may have been suspended while the orchestrator ran.
        return self._store.instance(turn.instance.id) or turn.instance

    def _carry_out(self, turn: Turn, decision: Decision) -> Event:
        return carry_out(self._store, turn.instance, decision, turn.at, self._clock.time())

    def _go_on(self, turn: Turn, instance: Instance, outcome: Outcome, scheduled: list[Event]) -> None:
        stall = outcome.stall
        if stall and stall.text != instance.diagnostic:
            verb = "hang" if stall.for_good else "wait"
            LOG.warning("would %s in Azure: orchestration %s: %s", verb, instance.id, stall.text)
        self._record(turn, scheduled)
        self._store.put(
            instance._replace(
                status="Running",
                updated=self._clock.time(),
                diagnostic=stall.text if stall else None,
                hangs=int(stall is not None and stall.for_good),
            )
        )

    def _continue(self, instance: Instance, input_text: str) -> None:
        now = self._clock.time()
        again = instance._replace(
            execution=uuid4().hex,
            input=input_text,
            status="Running",
            created=now,
            updated=now,
            diagnostic=None,
            hangs=0,
        )
        self._store.drop_inbox(instance.id, instance.execution)
        self._store.clear(instance.id)
        self._store.put(again)
        self._store.send(again.id, again.execution, now, started(again))

    def _end(self, turn: Turn, instance: Instance, status: str, output: str | None, scheduled: list[Event]) -> None:
        now = self._clock.time()
        completed = event(EventType.EXECUTION_COMPLETED, turn.at, OrchestrationStatus=status, Result=output)
        self._record(turn, [*scheduled, completed])
        end(self._store, instance, status, output, now)

    def _record(self, turn: Turn, scheduled: list[Event]) -> None:
        completed = event(EventType.ORCHESTRATOR_COMPLETED, turn.at)
        self._store.append(turn.instance.id, len(turn.past), [*turn.new, *scheduled, completed])


def episode_stamp(now: float, past: list[Event], arrived: list[Event]) -> str:
    """The clock's time, but never before an earlier event nor before a timer that this episode delivers."""
    bounds = [past[-1]["Timestamp"]] if past else []
    bounds += [item["FireAt"] for item in arrived if item["EventType"] == EventType.TIMER_FIRED]
    return max(stamp(now), *map(str, bounds)) if bounds else stamp(now)


def request_text(
    instance_id: str, value: object, past: list[Event], new: list[Event], parent: str | None = None
) -> str:
    """What the extension hands an orchestrator for one episode; ``value``: the instance's input."""
    return dumps(
        {
            "history": [*({**item, "IsPlayed": True} for item in past), *new],
            "input": value,
            "instanceId": instance_id,
            "isReplaying": bool(past),
            "parentInstanceId": parent,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 3,
            "longRunningTimerIntervalDuration": "3.00:00:00",
            "maximumShortTimerDuration": "6.00:00:00",
            "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
        }
    )


def _request(turn: Turn) -> str:
    instance = turn.instance
    value = None if instance.input is None else loads(instance.input)
    return request_text(instance.id, value, turn.past, turn.new, instance.parent)


def _failed(name: str, error: str) -> str:
    return f"Orchestrator function '{name}' failed: {error}"
