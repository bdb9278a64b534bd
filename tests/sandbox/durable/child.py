"""A process that runs one orchestration and kills itself at the n-th crossing: before or after a call or a commit."""

import asyncio
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sandbox.durable.store import Store
from tests.sandbox.durable.functions import functions
from tests.sandbox.durable.harness import Lab, LocalInvoker


class Crossings:
    """Counts, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.count, self._last = 0, last

    def cross(self) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal(LocalInvoker):
    """Crosses before and after each call, and writes activities down."""

    def __init__(self, crossings: Crossings, calls: Path) -> None:
        super().__init__(functions())
        self._crossings, self._calls = crossings, calls

    async def orchestrator(self, name: str, request: str) -> str:
        self._crossings.cross()
        answer = await super().orchestrator(name, request)
        self._crossings.cross()
        return answer

    async def activity(self, name: str, input_text: str) -> str:
        self._crossings.cross()
        with self._calls.open("a") as calls:
            calls.write(f"{input_text}\n")
        answer = await super().activity(name, input_text)
        self._crossings.cross()
        return answer

    async def entity(self, name: str, request: str) -> str:
        self._crossings.cross()
        answer = await super().entity(name, request)
        self._crossings.cross()
        return answer


def watch_commits(crossings: Crossings) -> None:
    """Let each transaction cross right before and right after its commit."""
    plain = Store.transaction

    @contextmanager
    def transaction(self: Store) -> Generator[None]:
        with plain(self):
            yield
            crossings.cross()
        crossings.cross()

    Store.transaction = transaction  # type: ignore[method-assign]


async def main(directory: Path, last: int) -> None:
    crossings = Crossings(last)
    async with Lab(directory, invoker=Mortal(crossings, directory / "calls")) as lab:
        await lab.start("everything", None, "i")
        watch_commits(crossings)
        await lab.ended("i")
    (directory / "count").write_text(str(crossings.count))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
