"""Functions hosts that need not import their libraries: forked from a process that has imported them.

For whoever starts many hosts, one after another: the tests. A forked host differs from a fresh one in this alone: its
libraries are there before its app asks for them, and it has the hash seed of its template. What the app forgot to
import, or imports twice at once, shows in a fresh process only.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from sandbox.hostprocess import ROOT, HostFailedError, Launch, environ, launch_fresh

LENGTH = 4
"""Bytes of a request that tell how long its text is, big-endian."""

_ENDS_WITHIN = 20.0  # seconds


_Stream = tuple[StreamReader, StreamWriter]


class ForkedHost:
    """A functions host whose parent is the template, which tells when it has ended, and how."""

    def __init__(self, pid: int, said: _Stream, report: _Stream) -> None:
        self.pid, self.stdout = pid, said[0]
        self.returncode: int | None = None
        self._end = asyncio.create_task(self._ended(said, report))

    def kill(self) -> None:
        """``kill -9``."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to stop."""
        self._signal(signal.SIGTERM)

    async def wait(self) -> int:
        """The exit code; of a host that a signal ended, the signal's number, negative."""
        return await asyncio.shield(self._end)

    def _signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def _ended(self, *streams: _Stream) -> int:
        try:
            told = await streams[-1][0].readline()
        finally:
            for _, writer in streams:
                writer.close()
        if not told:  # the template is gone, and with it the only one that could tell
            self.kill()
        self.returncode = int(told or -signal.SIGKILL)
        for _, writer in streams:
            await writer.wait_closed()
        return self.returncode


class HostTemplate:
    """The process that hosts are forked from, as a context manager. Its `launch` is one for `HostProcess`."""

    def __enter__(self) -> Self:
        """Start it; the first request waits while it imports."""
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "sandbox.hosttemplate"]
            self._process = subprocess.Popen(
                command, stdin=theirs.fileno(), cwd=ROOT, env=environ(), start_new_session=True
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, trace: TracebackType | None) -> None:
        """Let it end, and with it the hosts that stop with their parent."""
        self._control.close()
        try:
            self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def kill(self) -> None:
        """``kill -9`` of the template."""
        self._process.kill()

    async def launch(self, config: Path, errors: BinaryIO) -> ForkedHost:
        """A host in a session of its own, with the environment of this moment.

        Raises:
            HostFailedError: there is no template any more.
        """
        (said, out), (told, report) = socket.socketpair(), socket.socketpair()
        with out, report:
            self._ask([str(config), environ()], [out.fileno(), errors.fileno(), report.fileno()])
        streams = [await asyncio.open_unix_connection(sock=end) for end in (said, told)]
        pid = await streams[-1][0].readline()
        if not pid:
            for _, writer in streams:
                writer.close()
            raise HostFailedError("The template of functions hosts is gone.")
        return ForkedHost(int(pid), *streams)

    def _ask(self, request: object, descriptors: list[int]) -> None:
        text = json.dumps(request).encode()
        with contextlib.suppress(BrokenPipeError):  # it shows in the answer that never comes
            socket.send_fds(self._control, [len(text).to_bytes(LENGTH)], descriptors)
            self._control.sendall(text)


@contextlib.contextmanager
def quick() -> Generator[Launch]:
    """How to start many hosts: forked where that works, and fresh where ``HOSTS=fresh`` asks for it."""
    if sys.platform != "linux" or os.environ.get("HOSTS") == "fresh":
        yield launch_fresh
        return
    with HostTemplate() as template:
        yield template.launch
