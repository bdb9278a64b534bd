"""The functions host as a child process: started, killed without warning, started again on the same state."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, BinaryIO, Protocol

ROOT = Path(__file__).parent.parent
_STARTS_WITHIN = 60.0  # seconds
_STOPS_WITHIN = 20.0  # seconds
_FOREIGN = ("APPSETTING_", "AZURE_", "IDENTITY_", "MSI_", "RESPONDER_", "WEBSITE_")
_SAID = 4000  # characters of the host's last words


class HostFailedError(Exception):
    """The host did not start; the text is what it said."""


class Child(Protocol):
    """A host that runs: what `HostProcess` needs of asyncio's `Process`."""

    @property
    def pid(self) -> int:
        """The process id."""
        ...

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        ...

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """Where it says that it is ready."""
        ...

    def kill(self) -> None:
        """``kill -9``."""

    def terminate(self) -> None:
        """Ask it to stop."""

    async def wait(self) -> int:
        """The exit code, once it has ended."""
        ...


Launch = Callable[[Path, BinaryIO], Awaitable[Child]]
"""Starts a host for a configuration file; its standard error goes to a file."""


async def launch_fresh(config: Path, errors: BinaryIO) -> Process:
    """A new process that imports everything, as in Azure."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.host", str(config)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=errors,
        cwd=ROOT,
        env=environ(),
        start_new_session=True,  # Ctrl-C is for the parent, which stops the host in order
    )


class HostProcess:
    """One functions host on one state folder."""

    def __init__(self, config: dict[str, Any], state: Path, launch: Launch = launch_fresh) -> None:
        self._file = state / "host.json"
        self._file.write_text(json.dumps(config), "utf-8")
        self._errors = state / "host.stderr"
        self._launch = launch
        self._process: Child | None = None

    @property
    def pid(self) -> int | None:
        """The process id while the host runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start and wait until it serves.

        Raises:
            HostFailedError: it ended, or said nothing in time.
        """
        with self._errors.open("wb") as errors:
            self._process = await self._launch(self._file, errors)
        if not await self._ready(self._process):
            await self.kill()
            raise HostFailedError(self.last_words() or "The functions host said nothing.")

    def last_words(self) -> str:
        """The end of what the host wrote to its standard error since its last start."""
        return self._errors.read_text("utf-8", "replace").strip()[-_SAID:]

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

    async def _ready(self, process: Child) -> bool:
        if process.stdout is None:
            return False
        try:
            return bool(await asyncio.wait_for(process.stdout.readline(), _STARTS_WITHIN))
        except TimeoutError:
            return False


def environ() -> dict[str, str]:
    """The environment of the host: app settings come from its configuration alone, and loopback needs no proxy."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return kept | {"NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1"}
