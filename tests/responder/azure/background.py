"""An event loop in a thread of its own, for servers beside a synchronous test."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]

_LOOKS = 400
_MOMENT = 0.005  # real seconds


async def stop(runners: Sequence[web.AppRunner]) -> None:
    """Stop servers when they have seen that their clients hung up: a TLS connection cut before that stays half open."""
    for _ in range(_LOOKS):
        if any(runner.server and runner.server.connections for runner in runners):
            await asyncio.sleep(_MOMENT)
    for runner in runners:
        await runner.cleanup()
    await asyncio.sleep(_MOMENT)


@contextmanager
def background_loop() -> Generator["Run[Any]", None, None]:
    """Yields a function that runs a coroutine on the loop and returns its result."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    try:
        yield run
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
