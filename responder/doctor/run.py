"""All probes at once, within a limit of time; one that does not answer or breaks is a finding like any other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from threading import Event

from responder.doctor.model import Area, Probe, Report, report_of
from responder.errors import ResponderError, TryLater
from responder.language import say

SECONDS = 18.0
"""How long all of it may take; whoever asks over HTTP gets an answer within some 20 s."""

Look = Callable[[Event], Iterable[Probe]]
"""A probe that may block. The event tells it that nobody waits for it any more."""

_LOG = logging.getLogger("responder")


async def run(
    looks: Mapping[str, Look], others: Mapping[str, Awaitable[Iterable[Probe]]], seconds: float = SECONDS
) -> Report:
    """What the probes find; ``looks`` run in threads, ``others`` in the loop, all of them at the same time."""
    over = Event()
    begun: dict[str, asyncio.Future[Iterable[Probe]]] = {
        name: asyncio.ensure_future(asyncio.to_thread(_listed, look, over)) for name, look in looks.items()
    }
    begun |= {name: asyncio.ensure_future(other) for name, other in others.items()}
    done, late = await asyncio.wait(begun.values(), timeout=seconds) if begun else (set(), set())
    over.set()
    for task in late:
        task.cancel()
    return report_of(probe for name, task in begun.items() for probe in _found(Area(name), task, task in done))


def _listed(look: Look, over: Event) -> Iterable[Probe]:
    return list(look(over))


def _found(area: Area, task: "asyncio.Future[Iterable[Probe]]", done: bool) -> Iterable[Probe]:  # noqa: FBT001
    if not done:
        text = say("This could not be found out in time.")
        return [area.wrong("NoAnswerInTime", text, say("Ask again; if it stays so, look at the app's log."))]
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, ResponderError):
        text, remedy = say("This could not be found out: {why}", why=error), say("See the reason.")
        return [(area.doubt if isinstance(error, TryLater) else area.wrong)("CannotTell", text, remedy)]
    _LOG.error("the probe of %s broke", area.name, exc_info=error)
    text = say("This could not be found out: {why}", why=type(error).__name__)
    return [area.wrong("CannotTell", text, say("Ask again; if it stays so, look at the app's log."))]
