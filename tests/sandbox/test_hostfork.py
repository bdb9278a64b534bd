"""Forked hosts are as fresh ones, and go when their template goes."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sandbox.hostfork import HostTemplate
from sandbox.hostprocess import HostFailedError, launch_fresh
from sandbox.hosttemplate import LIBRARIES, ThreadsError, alone
from tests.sandbox.small_host import host_in, host_of, seen
from tests.sources import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="hosts are forked on Linux alone")

_SOON = 10  # seconds


async def test_the_app_sees_the_same_process(
    tmp_path: Path, unused_tcp_port: int, template: HostTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMETHING_LATER", "ümläut")
    monkeypatch.setenv("TZ", "ABC+3")
    found = []
    for launch in (launch_fresh, template.launch):
        folder = tmp_path / "app"
        async with host_of(folder, unused_tcp_port, launch) as host:
            await host.start()
            found.append(await seen(unused_tcp_port))
        folder.rename(tmp_path / launch.__name__)
    fresh, forked = found
    forked["open"].remove("pipe")  # tells the template of the host's end
    assert forked == fresh
    assert fresh["environ"]["SOMETHING_LATER"] == "ümläut"
    assert fresh["zone"] == ["ABC", "ABC"]
    assert fresh["early"] == []
    assert fresh["leads"]


async def test_a_fork_holds_nothing_of_another(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], template: HostTemplate
) -> None:
    one, two = unused_tcp_port_factory(), unused_tcp_port_factory()
    async with (
        host_of(tmp_path / "one", one, template.launch) as first,
        host_of(tmp_path / "two", two, template.launch) as second,
    ):
        await first.start()
        await second.start()
        assert (await seen(two))["open"] == (await seen(one))["open"]
        await first.kill()
        assert await first.wait() == -signal.SIGKILL
        assert second.pid is not None


async def test_hosts_start_together(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], template: HostTemplate
) -> None:
    async with AsyncExitStack() as stack:
        folders = [(tmp_path / name, unused_tcp_port_factory()) for name in "abcde"]
        hosts = [await stack.enter_async_context(host_of(*folder, template.launch)) for folder in folders]
        await asyncio.gather(*(host.start() for host in hosts))
        assert len({host.pid for host in hosts}) == len(hosts)
        await asyncio.gather(*(host.stop() for host in hosts))
        assert [await host.wait() for host in hosts] == [0] * len(hosts)


async def test_a_template_that_is_gone_takes_its_hosts_along(tmp_path: Path, unused_tcp_port: int) -> None:
    with HostTemplate() as template:
        async with host_of(tmp_path, unused_tcp_port, template.launch, with_parent=False) as host:
            await host.start()
            template.kill()
            assert await host.wait() == -signal.SIGKILL
            _wait_until_it_does_not_serve(unused_tcp_port)
            with pytest.raises(HostFailedError, match="template"):
                await host.start()
            assert host.pid is None


def test_a_host_that_is_left_alone_sees_that_its_template_ended(tmp_path: Path, unused_tcp_port: int) -> None:
    with HostTemplate() as template:
        asyncio.run(host_in(tmp_path, unused_tcp_port, template.launch).start())
        assert _serves(unused_tcp_port)
    _wait_until_it_does_not_serve(unused_tcp_port)


def test_the_template_goes_on_when_nobody_wants_to_know_of_a_host(
    tmp_path: Path, unused_tcp_port: int, template: HostTemplate
) -> None:
    async def started(name: str, *, stop: bool) -> int:
        host = host_in(tmp_path / name, unused_tcp_port, template.launch)
        await host.start()
        assert host.pid is not None
        pid = host.pid
        if stop:
            await host.stop()
        return pid

    os.kill(asyncio.run(started("one", stop=False)), signal.SIGKILL)
    _wait_until_it_does_not_serve(unused_tcp_port)
    asyncio.run(started("two", stop=True))


def _wait_until_it_does_not_serve(port: int) -> None:
    end = time.monotonic() + _SOON
    while _serves(port):
        assert time.monotonic() < end
        time.sleep(0.05)


def _serves(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_what_the_template_imports_starts_no_thread_and_no_product() -> None:
    names = [*LIBRARIES, "sandbox.hosttemplate"]
    script = f"""
import importlib, sys
for name in {names}: importlib.import_module(name)
sys.modules["sandbox.hosttemplate"].alone()
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & {{"grpc", "handlers", "playbooks", "responder"}}))
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == []


def test_a_template_beside_whose_main_thread_another_runs_does_not_fork() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait, name="busy")
    thread.start()
    try:
        with pytest.raises(ThreadsError, match="busy"):
            alone()
    finally:
        ended.set()
        thread.join()
