"""Recorded histories: what an orchestration decided once, and whether today's code decides it again.

An upgrade replaces the code of orchestrators while instances are in flight. The extension hands the new code the old
history, and an instance whose walk differs fails or hangs. Source: Durable Functions, "Versioning".
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from sandbox.durable.actions import parse_failure, parse_response
from sandbox.durable.contract import Invoker, OrchestratorFailed
from sandbox.durable.episodes import request_text
from sandbox.durable.history import Event, EventType, loads
from sandbox.durable.replay import Decision, EpisodeFailed, Outcome, Replay
from sandbox.durable.store import Store

_SCHEDULED = frozenset(
    {
        EventType.TASK_SCHEDULED,
        EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
        EventType.TIMER_CREATED,
        EventType.EVENT_SENT,
    }
)
_DECIDED = _SCHEDULED | {EventType.EXECUTION_COMPLETED}
_SUFFIX = ".json.gz"


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """The last execution of an instance that has ended. ``input``: JSON text."""

    instance: str
    orchestrator: str
    execution: str
    input: str | None
    history: list[Event]


class Episode(NamedTuple):
    """One episode: all that the orchestrator had seen by then, what it asked for, and whether that was its end."""

    seen: list[Event]
    past: int
    asked: list[Event]
    last: bool


def record(store: Store, instance_id: str) -> Recorded:
    """What the store holds of an instance.

    Raises:
        LookupError: it holds none of that id.
    """
    instance = store.instance(instance_id)
    if instance is None:
        raise LookupError(instance_id)
    return Recorded(
        instance=instance.id,
        orchestrator=instance.name,
        execution=instance.execution,
        input=instance.input,
        history=store.history(instance.id),
    )


def write(folder: Path, name: str, recorded: Recorded) -> int:
    """Write a recording as compressed JSON, the same bytes for the same content; answers how many."""
    content = gzip.compress(msgspec.json.encode(recorded), mtime=0)
    return (folder / f"{name}{_SUFFIX}").write_bytes(content)


def read(path: Path) -> Recorded:
    """A recording.

    Raises:
        msgspec.DecodeError: the file holds none.
    """
    return msgspec.json.decode(gzip.decompress(path.read_bytes()), type=Recorded)


def stored(folder: Path) -> dict[str, Path]:
    """The recordings of a folder, by name."""
    return {path.name.removesuffix(_SUFFIX): path for path in sorted(folder.glob(f"*{_SUFFIX}"))}


async def difference(recorded: Recorded, invoker: Invoker) -> str | None:
    """The first step that the orchestrator takes otherwise than it did when it was recorded; None if there is none.

    Every beginning of the history is handed to it, as if it had been in flight just then.
    """
    for number, episode in enumerate(episodes(recorded), 1):
        told = await _differs(recorded, episode, invoker)
        if told:
            at = episode.seen[episode.past]["Timestamp"]
            return f"episode {number}, of {at}: {told}"
    return None


def episodes(recorded: Recorded) -> Iterator[Episode]:
    """The episodes of a recording, in order."""
    past = 0
    for place, event in enumerate(recorded.history):
        if event["EventType"] != EventType.ORCHESTRATOR_COMPLETED:
            continue
        own = recorded.history[past:place]
        asked = [one for one in own if one["EventType"] in _SCHEDULED]
        last = any(one["EventType"] == EventType.EXECUTION_COMPLETED for one in own)
        arrived = [one for one in own if one["EventType"] not in _DECIDED]
        yield Episode([*recorded.history[:past], *arrived], past, asked, last)
        past = place + 1


async def _differs(recorded: Recorded, episode: Episode, invoker: Invoker) -> str | None:
    try:
        outcome = await _replayed(recorded, episode, invoker)
    except EpisodeFailed as failure:
        return str(failure)
    then, now = [_asked(event) for event in episode.asked], [_decided(one) for one in outcome.decisions]
    for place in range(max(len(then), len(now))):
        was, is_now = _at(then, place), _at(now, place)
        if was != is_now:
            return f"it asked for {was}, and now asks for {is_now}"
    if episode.last and not outcome.complete:
        return "it ended, and now it goes on"
    return None


async def _replayed(recorded: Recorded, episode: Episode, invoker: Invoker) -> Outcome:
    value = None if recorded.input is None else loads(recorded.input)
    past, new = episode.seen[: episode.past], episode.seen[episode.past :]
    request = request_text(recorded.instance, value, past, new)
    try:
        response = parse_response(await invoker.orchestrator(recorded.orchestrator, request))
    except OrchestratorFailed as failure:
        found = parse_failure(str(failure))
        if found is None or found.error is not None:
            raise EpisodeFailed(f"it raised: {found.error if found else failure}") from failure
        response = found
    return Replay(response, recorded.execution).run(episode.seen)


def _asked(event: Event) -> str:
    kind = EventType(event["EventType"])
    if kind is EventType.EVENT_SENT:
        return f"{kind.label} {event['EventId']} ({loads(event['Input'])['op']} of {event['InstanceId']})"
    return f"{kind.label} {event['EventId']} ({event.get('Name', '')})"


def _decided(one: Decision) -> str:
    if one.kind is EventType.EVENT_SENT:
        return f"{one.kind.label} {one.number} ({one.action.operation} of {one.action.instance_id})"
    return f"{one.kind.label} {one.number} ({one.action.function_name})"


def _at(steps: list[str], place: int) -> str:
    return steps[place] if place < len(steps) else "nothing"
