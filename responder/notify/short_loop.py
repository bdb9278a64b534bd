"""An event loop for one short piece of work inside a synchronous activity: when it ends, it ends at once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run the work on a loop of its own.

    `asyncio.run` would wait for the loop's threads, so for as long as a silent name server likes, and would leave a
    connection open whose peer reads nothing: closing it politely waits until all is written.
    """
    with asyncio.Runner(loop_factory=_ShortLoop) as runner:
        return runner.run(work())


class _ShortLoop(asyncio.SelectorEventLoop):
    """Remembers its connections, to break off what is left of them."""

    def __init__(self) -> None:
        super().__init__()
        self._opened: list[asyncio.Transport] = []

    async def create_connection(self, *arguments: Any, **options: Any) -> Any:
        """As its base does; the transport is remembered."""
        transport, protocol = await super().create_connection(*arguments, **options)
        self._opened.append(transport)
        return transport, protocol

    async def shutdown_default_executor(self, *_: object) -> None:
        """Break connections off, and let the threads be; closing the loop lets go of them."""
        for transport in self._opened:
            transport.abort()
