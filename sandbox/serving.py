"""``python -m sandbox serve``: everything up until it is told to stop."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

from sandbox import faults
from sandbox.runner import Sandbox
from sandbox.scenario import load


def run(scenario: str, *, speed: float | None, named_faults: list[str], state: Path | None) -> int:
    """Serve until SIGTERM or SIGINT."""
    folder = state or Path(tempfile.mkdtemp(prefix="backup-responder-"))
    try:
        asyncio.run(_serve(scenario, speed, named_faults, folder))
    finally:
        if state is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


async def _serve(name: str, speed: float | None, named_faults: list[str], state: Path) -> None:
    scenario = faults.add(load(name), named_faults)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Sandbox(replace(scenario, speed=speed), state, speed=speed) as sandbox:
        print(json.dumps(sandbox.endpoints()), flush=True)
        keeper = asyncio.create_task(_keep_alive(sandbox))
        await stop.wait()
        keeper.cancel()


async def _keep_alive(sandbox: Sandbox) -> None:
    """A functions host that dies is started again on the same state, as Azure would."""
    while True:
        code = await sandbox.host.wait()
        print(f"the functions host ended with {code}; starting it again on the same state", file=sys.stderr)
        await sandbox.host.start()
