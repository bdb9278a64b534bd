"""The functions host as a child process: started, killed without warning, started again on the same state."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

_STARTS_WITHIN = 60.0  # seconds
_STOPS_WITHIN = 20.0  # seconds


class HostFailedError(Exception):
    """The host did not start; the text is what it said."""


class HostProcess:
    """One functions host on one state folder."""

    def __init__(self, config: dict[str, Any], state: Path) -> None:
        self._file = state / "host.json"
        self._file.write_text(json.dumps(config), "utf-8")
        self._errors = state / "host.stderr"
        self._process: Process | None = None

    async def start(self) -> None:
        """Start and wait until it serves.

        Raises:
            HostFailedError: it ended, or said nothing in time.
        """
        with self._errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sandbox.host", str(self._file), stdout=PIPE, stderr=errors
            )
        assert self._process.stdout is not None  # noqa: S101  PIPE was asked for
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), _STARTS_WITHIN)
        except TimeoutError:
            line = b""
        if not line:
            await self.kill()
            raise HostFailedError(self._errors.read_text("utf-8").strip() or "the host said nothing")

    async def wait(self) -> int:
        """The exit code, once the host has ended."""
        return await self._process.wait() if self._process else 0

    async def kill(self) -> None:
        """``kill -9``."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """Ask it to stop; a host that does not is killed."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOPS_WITHIN)
        except TimeoutError:
            await self.kill()
