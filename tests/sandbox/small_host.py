"""A functions host as a child process, with a small app of its own that tells what it sees."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.clock import Clock
from sandbox.hostprocess import HostProcess, Launch

APP = """
import atexit, json, os, signal, sys, threading, time, warnings
PRODUCT = {"function_app", "handlers", "playbooks", "responder"}
EARLY = [name for name in sys.modules if name.partition(".")[0] in PRODUCT - {__name__}]
import azure.functions as func

app = func.FunctionApp()
state = os.path.join(os.path.dirname(__file__), "state")

@app.route(route="setting/{name}", auth_level=func.AuthLevel.ANONYMOUS)
def setting(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(os.environ.get(req.route_params["name"], "none"))

@app.route(route="seen", auth_level=func.AuthLevel.ANONYMOUS)
def seen(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({
        "environ": dict(os.environ), "arguments": sys.argv, "folder": os.getcwd(), "path": sys.path,
        "flags": list(sys.flags), "early": EARLY, "zone": time.tzname,
        "filters": [str(one) for one in warnings.filters if one[2].__module__ == "builtins"],
        "leads": os.getsid(0) == os.getpid(), "input": os.readlink("/proc/self/fd/0"),
        "errors": os.readlink("/proc/self/fd/2"), "interrupt": signal.getsignal(signal.SIGINT).__name__,
        "mask": [int(one) for one in signal.pthread_sigmask(signal.SIG_BLOCK, [])], "umask": os.umask(0o022),
        "open": sorted(os.path.basename(os.readlink(f"/proc/self/fd/{fd}")).partition(":")[0] for fd in _open()),
    }))

def _open():
    return [fd for fd in os.listdir("/proc/self/fd") if int(fd) > 2 and os.path.lexists(f"/proc/self/fd/{fd}")]

def wait_and_write():
    time.sleep(0.3)
    open(os.path.join(state, "thread"), "w").close()

@app.route(route="work", auth_level=func.AuthLevel.ANONYMOUS)
def work(req: func.HttpRequest) -> func.HttpResponse:
    atexit.register(lambda: os.rename(os.path.join(state, "thread"), os.path.join(state, "end")))
    threading.Thread(target=wait_and_write).start()
    sys.stderr.write("last words")
    return func.HttpResponse("begun")
"""


@asynccontextmanager
async def host_of(
    folder: Path, port: int, launch: Launch, app: str = APP, *, with_parent: bool = True
) -> AsyncGenerator[HostProcess]:
    """A host that is not started yet, and is stopped at the end."""
    host = host_in(folder, port, launch, app, with_parent=with_parent)
    try:
        yield host
    finally:
        await host.stop()


def host_in(folder: Path, port: int, launch: Launch, app: str = APP, *, with_parent: bool = True) -> HostProcess:
    """A host that is not started yet, of an app that is written into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "function_app.py").write_text(app)
    (folder / "host.json").write_text('{"version": "2.0"}')
    state, clock = folder / "state", folder / "clock"
    state.mkdir()
    Clock.create(clock).close()
    config = {
        "root": str(folder),
        "state": str(state),
        "clock": str(clock),
        "port": port,
        "keys": {"master": "m", "function": "f", "system": "s"},
        "environ": {"RESPONDER_MODE": "review"},
        "stop_with_parent": with_parent,
    }
    return HostProcess(config, state, launch)


async def said(port: int, path: str) -> str:
    """What the app answers."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/api/{path}") as answer:
        assert answer.status == HTTPStatus.OK
        return await answer.text()


async def seen(port: int) -> dict[str, Any]:
    """What the app sees of its process."""
    return dict(json.loads(await said(port, "seen")))
