"""An event loop in a thread of its own, for servers beside a synchronous test."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]

_TRANSPORTS_CLOSE_WITHIN = 0.01  # real seconds


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
        run(asyncio.sleep(_TRANSPORTS_CLOSE_WITHIN))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
