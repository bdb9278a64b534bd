"""The functions host as a child process, fresh and forked, with a small app of its own."""

import os
import signal
from pathlib import Path

import pytest

from sandbox.hostfork import HostTemplate
from sandbox.hostprocess import HostFailedError, Launch, launch_fresh
from tests.sandbox.small_host import host_of, said


@pytest.fixture(params=["fresh", "forked"])
def launch(request: pytest.FixtureRequest) -> Launch:
    if request.param == "fresh":
        return launch_fresh
    template: HostTemplate = request.getfixturevalue("template")
    return template.launch


async def test_settings_come_from_the_configuration_alone(
    tmp_path: Path, unused_tcp_port: int, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESPONDER_MODE", "read-only")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "mine")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("NO_PROXY", "elsewhere.invalid")
    async with host_of(tmp_path, unused_tcp_port, launch) as host:
        await host.start()
        assert await said(unused_tcp_port, "setting/RESPONDER_MODE") == "review"
        assert await said(unused_tcp_port, "setting/AZURE_CLIENT_SECRET") == "none"
        assert await said(unused_tcp_port, "setting/NO_PROXY") == "localhost,127.0.0.1"


async def test_it_is_killed_and_started_again_at_the_same_address(
    tmp_path: Path, unused_tcp_port: int, launch: Launch
) -> None:
    async with host_of(tmp_path, unused_tcp_port, launch) as host:
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
        assert await said(unused_tcp_port, "setting/NOTHING") == "none"
        await host.stop()
        assert await host.wait() == 0


async def test_ctrl_c_on_the_terminal_is_not_for_the_child(
    tmp_path: Path, unused_tcp_port: int, launch: Launch
) -> None:
    async with host_of(tmp_path, unused_tcp_port, launch) as host:
        await host.start()
        assert host.pid is not None
        assert os.getsid(host.pid) != os.getsid(0)


async def test_an_app_that_does_not_load_says_why(tmp_path: Path, unused_tcp_port: int, launch: Launch) -> None:
    async with host_of(tmp_path, unused_tcp_port, launch, "raise RuntimeError('three settings are missing')") as host:
        with pytest.raises(HostFailedError, match="three settings are missing"):
            await host.start()
        assert host.pid is None


async def test_stopping_what_never_ran_does_nothing(tmp_path: Path, unused_tcp_port: int, launch: Launch) -> None:
    async with host_of(tmp_path, unused_tcp_port, launch) as host:
        await host.stop()
        await host.kill()
        assert await host.wait() == 0


async def test_at_its_end_it_waits_for_threads_and_says_its_last_words(
    tmp_path: Path, unused_tcp_port: int, launch: Launch
) -> None:
    async with host_of(tmp_path, unused_tcp_port, launch) as host:
        await host.start()
        await said(unused_tcp_port, "work")
        await host.stop()
        assert await host.wait() == 0
        assert (tmp_path / "state" / "end").exists()
        assert host.last_words() == "last words"
