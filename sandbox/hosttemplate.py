"""``python -m sandbox.hosttemplate``: has imported a functions host's libraries, and forks a host for each request.

It never imports the app: function_app.py and all that it imports are loaded afresh in each fork, as in a fresh process.
A request comes over standard input, a Unix socket: the length of the text, with three descriptors (the host's standard
output, its standard error, and where its process id and its exit code are told), then the text, JSON. When the other
end of the socket is closed, the template ends, and each host that was started with ``stop_with_parent`` follows.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import socket
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import NoReturn

from sandbox.host import __main__ as host
from sandbox.hostfork import LENGTH

LIBRARIES = (
    "azure.identity",
    "azure.mgmt.compute",
    "azure.mgmt.recoveryservicesbackup",
    "azure.mgmt.resource.locks",
    "azure.mgmt.resource.resources",
    "requests",
    "yaml",
)
"""What the app imports when it first needs it, beyond what the host itself imports."""


class ThreadsError(RuntimeError):
    """A library that was imported runs threads: they would be missing in a fork, and hold locks there for ever."""


@dataclass(frozen=True)
class Request:
    """One host to start: its configuration file, its whole environment, and its three descriptors."""

    config: str
    environ: dict[str, str]
    out: int
    errors: int
    report: int


def main() -> int:
    """Serve until nobody asks any more.

    Raises:
        ThreadsError: a fork would not be as a fresh process.
    """
    for name in LIBRARIES:
        importlib.import_module(name)
    alone()
    gc.collect()
    gc.freeze()  # a fork that collects would copy the pages of all that is imported
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as control:
        _serve(control)
    return 0


def alone() -> None:
    """No thread runs beside the main one, be it of Python or of a library in C.

    Raises:
        ThreadsError: one does.
    """
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise ThreadsError(f"{threads} threads run: {', '.join(thread.name for thread in threading.enumerate())}")


def _serve(control: socket.socket) -> None:
    running: dict[int, tuple[int, int]] = {}  # by the pipe that the host's end closes: process id, report
    while True:
        for ready in wait([control, *running]):
            if isinstance(ready, int):
                _tell_end(ready, *running.pop(ready))
            elif (request := _receive(control)) is None:
                return
            else:
                ended, pid = _fork(request, [control.fileno(), *running, *(report for _, report in running.values())])
                running[ended] = pid, request.report


def _receive(control: socket.socket) -> Request | None:
    length, descriptors, _, _ = socket.recv_fds(control, LENGTH, 3)
    if not length:
        return None
    text = control.recv(int.from_bytes(length), socket.MSG_WAITALL)
    return Request(*json.loads(text), *descriptors)


def _fork(request: Request, foreign: list[int]) -> tuple[int, int]:
    """A pipe that is at its end when the host is, and the host's process id."""
    ended, alive = os.pipe()
    pid = os.fork()
    if pid == 0:
        for descriptor in (ended, request.report, *foreign):
            os.close(descriptor)
        _host(request)
    for descriptor in (alive, request.out, request.errors):
        os.close(descriptor)
    _tell(request.report, pid)
    return ended, pid


def _tell_end(ended: int, pid: int, report: int) -> None:
    _, status = os.waitpid(pid, 0)
    _tell(report, os.waitstatus_to_exitcode(status))
    os.close(ended)
    os.close(report)


def _tell(report: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody wants to know
        os.write(report, b"%d\n" % number)


def _host(request: Request) -> NoReturn:
    """Be what ``python -m sandbox.host`` is, started anew with a session, an environment and standard streams."""
    os.setsid()
    _redirect(request)
    os.environ.clear()
    os.environ.update(request.environ)
    time.tzset()
    sys.argv = [str(host.__file__), request.config]
    _leave(host.main(sys.argv[1:]))


def _redirect(request: Request) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, descriptor in enumerate((nothing, request.out, request.errors)):
        os.dup2(descriptor, target)
        os.close(descriptor)


def _leave(code: int) -> NoReturn:
    """End as the interpreter does, but spare the fork the freeing of its memory object by object."""
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
