"""The functions host as a child process, with a small app of its own."""

import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from sandbox.clock import Clock
from sandbox.hostprocess import HostFailedError, HostProcess

APP = """
import os
import azure.functions as func

app = func.FunctionApp()

@app.route(route="setting/{name}", auth_level=func.AuthLevel.ANONYMOUS)
def setting(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(os.environ.get(req.route_params["name"], "none"))
"""


@asynccontextmanager
async def _host(folder: Path, port: int, app: str = APP) -> AsyncGenerator[HostProcess]:
    (folder / "function_app.py").write_text(app)
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "state").mkdir()
    Clock.create(folder / "clock").close()
    keys = {"master": "m", "function": "f", "system": "s"}
    config = {"root": str(folder), "state": str(folder / "state"), "clock": str(folder / "clock"), "keys": keys}
    host = HostProcess({**config, "port": port, "environ": {"RESPONDER_MODE": "review"}}, folder / "state")
    try:
        yield host
    finally:
        await host.stop()


async def _setting(port: int, name: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/api/setting/{name}") as answer:
        assert answer.status == HTTPStatus.OK
        return await answer.text()


async def test_settings_come_from_the_configuration_alone(
    tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESPONDER_MODE", "read-only")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "mine")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    async with _host(tmp_path, unused_tcp_port) as host:
        await host.start()
        assert await _setting(unused_tcp_port, "RESPONDER_MODE") == "review"
        assert await _setting(unused_tcp_port, "AZURE_CLIENT_SECRET") == "none"
        assert await _setting(unused_tcp_port, "NO_PROXY") == "localhost,127.0.0.1"


async def test_it_is_killed_and_started_again_at_the_same_address(tmp_path: Path, unused_tcp_port: int) -> None:
    async with _host(tmp_path, unused_tcp_port) as host:
        pids = [host.pid]
        await host.start()
        pids.append(host.pid)
        await host.kill()
        assert await host.wait() == -signal.SIGKILL
        pids.append(host.pid)
        await host.start()
        pids.append(host.pid)
        assert [pid is None for pid in pids] == [True, False, True, False]
        assert pids[1] != pids[3]
        assert await _setting(unused_tcp_port, "NOTHING") == "none"
        await host.stop()
        assert await host.wait() == 0


async def test_ctrl_c_on_the_terminal_is_not_for_the_child(tmp_path: Path, unused_tcp_port: int) -> None:
    async with _host(tmp_path, unused_tcp_port) as host:
        await host.start()
        assert host.pid is not None
        assert os.getsid(host.pid) != os.getsid(0)


async def test_an_app_that_does_not_load_says_why(tmp_path: Path, unused_tcp_port: int) -> None:
    async with _host(tmp_path, unused_tcp_port, "raise RuntimeError('three settings are missing')") as host:
        with pytest.raises(HostFailedError, match="three settings are missing"):
            await host.start()
        assert host.pid is None


async def test_stopping_what_never_ran_does_nothing(tmp_path: Path, unused_tcp_port: int) -> None:
    async with _host(tmp_path, unused_tcp_port) as host:
        await host.stop()
        await host.kill()
        assert await host.wait() == 0
