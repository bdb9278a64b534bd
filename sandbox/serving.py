"""``python -m sandbox serve``: everything up until it is told to stop."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sandbox import faults, filling
from sandbox.hostprocess import HostFailedError
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario, load


def run(scenario: str, *, speed: float | None, named_faults: Sequence[str], state: Path | None, fill: int = 0) -> int:
    """Serve until SIGTERM or SIGINT: 0; 1 if the functions host does not start.

    ``fill``: how many ended incidents a new state begins with.

    Raises:
        NoSuchScenarioError: lists the names.
        NoSuchFaultError: lists the names.
        NotEmptyError: what is to be filled has been used before.
    """
    chosen = faults.add(load(scenario), named_faults)
    folder = state or Path(tempfile.mkdtemp(prefix="backup-responder-"))
    try:
        if fill:
            filling.fill(folder, fill)
        asyncio.run(_serve(chosen, speed, folder))
    except HostFailedError as error:
        print(f"sandbox: the functions host does not start:\n{error}", file=sys.stderr)
        return 1
    finally:
        if state is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


async def _serve(scenario: Scenario, speed: float | None, state: Path) -> None:
    stop = asyncio.create_task(_stopped(), name="stop")
    async with Sandbox(scenario, state, speed=speed) as sandbox:
        print(json.dumps(sandbox.endpoints()), flush=True)
        keeper = asyncio.create_task(_keep_alive(sandbox), name="keeper")
        await asyncio.wait([stop, keeper], return_when=asyncio.FIRST_COMPLETED)
        for task in (stop, keeper):
            task.cancel()
        await asyncio.gather(stop, return_exceptions=True)
        if keeper.done() and not keeper.cancelled():
            keeper.result()


async def _stopped() -> None:
    """Return at the first SIGTERM or SIGINT."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()


async def _keep_alive(sandbox: Sandbox) -> None:
    """A functions host that dies is started again on the same state, as Azure would.

    Raises:
        HostFailedError: it does not start any more.
    """
    while True:
        code = await sandbox.host.wait()
        print(f"The functions host ended with {code}; it is started again on the same state.", file=sys.stderr)
        await sandbox.restart_host()
