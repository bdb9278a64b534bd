"""The Durable extension's own reading of an orchestrator's action list, beside the history.

The extension does not take actions as they come: it walks the list strictly in order with an id counter of its own,
and lets an instance end only when every listed action is finished and nothing with an id is open. Source: Durable
extension, ``OutOfProcOrchestrationShim``; Durable Task Framework, ``TaskOrchestrationContext``.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.durable.actions import Action, ActionType, Response
from sandbox.durable.history import FAILED, Event, EventType, request_id, seconds, stamp
from sandbox.durable.nodes import Compound, Node, Retry, Task, Wait, settled

_SCHEDULING = frozenset(
    {
        EventType.TASK_SCHEDULED,
        EventType.TIMER_CREATED,
        EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
        EventType.EVENT_SENT,
    }
)
_RESULTS = {
    EventType.TASK_COMPLETED: "TaskScheduledId",
    EventType.TASK_FAILED: "TaskScheduledId",
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED: "TaskScheduledId",
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED: "TaskScheduledId",
    EventType.TIMER_FIRED: "TimerId",
}


class EpisodeFailed(Exception):
    """The instance fails at once, whatever it waits for."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something with a sequence id that the list asks for."""

    number: int
    kind: EventType
    action: Action
    fire_at: str = ""


@dataclass(frozen=True, slots=True)
class Stall:
    """The orchestrator's list runs ahead of the extension."""

    text: str
    for_good: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the replay stands after the last event."""

    decisions: list[Decision]
    complete: bool
    continued: Action | None
    stall: Stall | None


class Replay:
    """One walk over the history; make a fresh one for each episode."""

    def __init__(self, response: Response, execution: str) -> None:
        self._response = response
        self._actions = response.flat
        self._execution = execution
        self._position = 0
        self._number = 0
        self._current: Node = Node()
        self._open: dict[int, Task] = {}
        self._unmatched: dict[int, Decision] = {}
        self._waiting: defaultdict[str, list[Node]] = defaultdict(list)
        self._early: defaultdict[str, deque[Event]] = defaultdict(deque)
        self._continued: Action | None = None
        self._now = 0.0
        self._handlers: dict[int, Callable[[Action], Node]] = {
            ActionType.CALL_ACTIVITY: self._task,
            ActionType.CALL_ACTIVITY_WITH_RETRY: self._retry,
            ActionType.CALL_SUB_ORCHESTRATOR: self._task,
            ActionType.CALL_SUB_ORCHESTRATOR_WITH_RETRY: self._retry,
            ActionType.CONTINUE_AS_NEW: self._continue,
            ActionType.CREATE_TIMER: self._timer,
            ActionType.WAIT_FOR_EXTERNAL_EVENT: self._wait,
            ActionType.CALL_ENTITY: self._call,
            ActionType.SIGNAL_ENTITY: self._signal,
            ActionType.WHEN_ANY: self._compound,
            ActionType.WHEN_ALL: self._compound,
        }

    def run(self, history: list[Event]) -> Outcome:
        """Walk the whole history.

        Raises:
            EpisodeFailed: history and list disagree, or the list asks for what cannot be.
        """
        for event in history:
            self._take(event)
        complete = self._response.ended and self._read_all and not self._open
        return Outcome(
            decisions=[self._unmatched[number] for number in sorted(self._unmatched)],
            complete=complete,
            continued=self._continued,
            stall=None if complete else self._stall(),
        )

    @property
    def _read_all(self) -> bool:
        return self._position == len(self._actions) and self._current.done

    def _take(self, event: Event) -> None:
        kind = EventType(event["EventType"])
        if kind is EventType.ORCHESTRATOR_STARTED:
            self._now = seconds(event["Timestamp"])
        elif kind is EventType.EXECUTION_STARTED:
            self._advance()
        elif kind in _SCHEDULING:
            self._match(kind, event)
        elif kind in _RESULTS:
            self._resolve(event[_RESULTS[kind]], failed=kind in FAILED)
            self._advance()
        elif kind is EventType.EVENT_RAISED:
            self._hand_over(event)
            self._advance()

    def _match(self, kind: EventType, event: Event) -> None:
        number, name = event["EventId"], event.get("Name")
        decision = self._unmatched.pop(number, None)
        if decision is None:
            raise EpisodeFailed(_changed(kind, number, name, "and now there is none"))
        if decision.kind is not kind:
            raise EpisodeFailed(_changed(kind, number, name, f"and now it is {decision.kind.label}"))
        wanted = decision.action.function_name
        if kind is not EventType.EVENT_SENT and wanted and name and wanted.lower() != name.lower():
            raise EpisodeFailed(_changed(kind, number, name, f"and now its name is '{wanted}'"))

    def _resolve(self, number: int, *, failed: bool) -> None:
        task = self._open.pop(number, None)
        if isinstance(task, Retry):
            self._step(task, failed=failed)
        elif task is not None:
            task.done = True

    def _step(self, retry: Retry, *, failed: bool) -> None:
        if retry.resting:
            retry.resting = False
            retry.done = retry.exhausted
            if not retry.done:
                retry.attempts += 1
                self._schedule(_kind_of(retry.action), retry.action, retry)
        elif failed:
            retry.resting = True
            self._schedule(EventType.TIMER_CREATED, retry.action, retry, fire_at=stamp(self._now + retry.pause))
        else:
            retry.done = True

    def _hand_over(self, event: Event) -> None:
        name = str(event["Name"]).lower()
        if self._waiting[name]:
            self._waiting[name].pop().done = True
        else:
            self._early[name].append(event)

    def _advance(self) -> None:
        while settled(self._current) and self._position < len(self._actions):
            action = self._actions[self._position]
            self._position += 1
            self._current = self._invoke(action)

    def _invoke(self, action: Action) -> Node:
        handler = self._handlers.get(action.action_type)
        if handler is None:
            raise EpisodeFailed(f"Action {action.action_type} ({_action_name(action)}) is not available here.")
        return handler(action)

    def _task(self, action: Action) -> Node:
        return self._schedule(_kind_of(action), action, Task(label=f"'{action.function_name}'"))

    def _retry(self, action: Action) -> Node:
        retry = Retry(label=f"'{action.function_name}' with its retries", action=action)
        return self._schedule(_kind_of(action), action, retry)

    def _continue(self, action: Action) -> Node:
        self._continued = action
        return Node()

    def _signal(self, action: Action) -> Node:
        self._decide(EventType.EVENT_SENT, action)
        return Node()

    def _decide(self, kind: EventType, action: Action, fire_at: str = "") -> int:
        number = self._number
        self._number += 1
        self._unmatched[number] = Decision(number, kind, action, fire_at)
        return number

    def _schedule(self, kind: EventType, action: Action, task: Task, fire_at: str = "") -> Task:
        self._open[self._decide(kind, action, fire_at)] = task
        return task

    def _timer(self, action: Action) -> Node:
        task = Task(label=f"the timer of {action.fire_at}", done=action.is_canceled)
        number = self._decide(EventType.TIMER_CREATED, action, action.fire_at)
        if not action.is_canceled:
            self._open[number] = task
        return task

    def _wait(self, action: Action) -> Node:
        wait = Wait(name=action.external_event_name)
        early = self._early[wait.name.lower()]
        if early:
            early.popleft()
            wait.done = True
        else:
            self._waiting[wait.name.lower()].append(wait)
        return wait

    def _call(self, action: Action) -> Node:
        task = Task(label=f"entity {action.instance_id}")
        number = self._decide(EventType.EVENT_SENT, action)
        self._waiting[request_id(self._execution, number)].append(task)
        return task

    def _compound(self, action: Action) -> Node:
        anyone = action.action_type == ActionType.WHEN_ANY
        if anyone and not action.compound_actions:
            raise EpisodeFailed("The tasks argument contains no tasks. (Parameter 'tasks')")
        node = Compound(children=[self._invoke(child) for child in action.compound_actions], any=anyone)
        node.settle()
        return node

    def _stall(self) -> Stall | None:
        unread = len(self._actions) - self._position
        if not unread and not self._response.ended:
            return None
        ahead = f"{unread} action(s) of the orchestrator and its end" if self._response.ended else f"{unread} action(s)"
        if not self._current.done:
            until = f"stay unread until {self._current}"
            return Stall(f"{ahead} {until}", for_good=not self._current.will_finish)
        still = ", ".join(str(task) for task in self._open.values())
        return Stall(f"{ahead} stay without effect while open: {still}", for_good=False)


def _kind_of(action: Action) -> EventType:
    if action.action_type in (ActionType.CALL_ACTIVITY, ActionType.CALL_ACTIVITY_WITH_RETRY):
        return EventType.TASK_SCHEDULED
    return EventType.SUB_ORCHESTRATION_INSTANCE_CREATED


def _action_name(action: Action) -> str:
    known = {kind.value: kind.name for kind in ActionType}
    return known.get(action.action_type, "unknown")


def _changed(kind: EventType, number: int, name: str | None, now: str) -> str:
    return (
        f"Non-Deterministic workflow detected: a previous execution scheduled {kind.label} with sequence ID {number}"
        f" and name '{name or ''}', {now}. Did the orchestrator change while this instance was in flight?"
    )
