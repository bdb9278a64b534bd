"""A vault that is not quiet: the places that looks are given, and what was asked for them."""

from collections.abc import Generator, Iterable
from typing import Any, TypeVar

from handlers.watch_entity import Place, WatchRequest
from responder.wire import record, typed

T = TypeVar("T")


def placed(flow: Generator[Any, Any, T], places: Iterable[Place], asked: list[WatchRequest]) -> Generator[Any, Any, T]:
    """The flow, whose looks are given these places in turn; everything else is asked of whoever drives it."""
    left, result = iter(places), None
    while True:
        try:
            task = flow.send(result)
        except StopIteration as end:
            value: T = end.value
            return value
        if task.name == "watch.look":
            asked.append(typed(task.payload, WatchRequest))
            result = record(next(left))
        else:
            result = yield task
