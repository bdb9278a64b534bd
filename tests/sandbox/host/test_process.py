"""The whole host, as a process."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.host.running import RunningHost, until


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RunningHost]:
    running = RunningHost(tmp_path)
    yield running
    running.close()


KEY = {"x-functions-key": "the-function"}


def test_an_orchestration_runs_over_http_from_start_to_end(host: RunningHost) -> None:
    host.start()
    answer = host.call("POST", "/api/start/one", headers=KEY, json={})
    assert answer.status_code == 202
    until(lambda: host.status("one")["status"] == "Completed")
    assert host.status("one")["output"] == [{"did": 1}, 2, {"did": 2}]
    assert [line for line in host.journal() if line.startswith("work")] == ["work 1", "work 2"]
    # The address in the answer is that of the public webhook, which asks for the system key.
    link = answer.json()["statusQueryGetUri"]
    assert link.startswith(host.base)
    path = link.removeprefix(host.base)
    assert host.call("GET", path).json()["runtimeStatus"] == "Completed"
    assert host.call("GET", path.replace("the-system", "other")).status_code == 401


def test_eight_hours_pass_while_timers_keep_their_hours(host: RunningHost) -> None:
    host.start()
    before = host.clock.time()
    host.call("POST", "/api/start/one", headers=KEY, json={})
    until(lambda: host.status("one")["status"] == "Completed")
    hours = (host.clock.time() - before) / 3600
    assert 8 <= hours < 9
    assert host.journal().count("timer past_due=False") == 8


def test_an_idle_app_does_not_leap(host: RunningHost) -> None:
    host.start()
    before = host.clock.time()
    for _ in range(20):
        host.call("GET", "/api/open")
    assert host.clock.time() - before < 3600
    assert host.journal() == []


def test_timers_alone_leap_if_they_are_told_to(host: RunningHost) -> None:
    host.config["timers_leap"] = True
    host.start()
    until(lambda: len(host.journal()) >= 24)
    assert host.stop() == 0
    assert set(host.journal()) == {"timer past_due=False"}


def test_an_activity_that_fails_fails_its_orchestration(host: RunningHost) -> None:
    host.start()
    host.call("POST", "/api/start/one", headers=KEY, json={"fail": True})
    until(lambda: host.status("one")["status"] == "Failed")
    assert "KeyError: 'gone'" in host.status("one")["output"]


def test_a_killed_host_goes_on_where_it_was(host: RunningHost, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    host.start()
    host.call("POST", "/api/start/one", headers=KEY, json={"block_while": str(gate)})
    until(lambda: host.journal() == ["work 1"])
    host.kill()
    gate.unlink()
    host.start()
    until(lambda: host.status("one")["status"] == "Completed")
    assert host.status("one")["output"] == [{"did": 1}, 2, {"did": 2}]  # the entity counted once
    assert [line for line in host.journal() if line.startswith("work")] == ["work 1", "work 1", "work 2"]


def test_a_timer_missed_while_nothing_ran_is_past_due(host: RunningHost) -> None:
    host.start()
    assert host.stop() == 0
    host.clock.leap_to(host.clock.time() + 3 * 3600)
    host.start()
    until(lambda: bool(host.journal()))
    assert host.journal() == ["timer past_due=True"]


def test_the_log_is_lines_of_json(host: RunningHost) -> None:
    host.start()
    host.call("GET", "/api/fails")
    assert host.stop() == 0
    lines = [json.loads(line) for line in (host.folder / "log").read_text().splitlines()]
    (failure,) = [line for line in lines if "exception" in line]
    assert failure["function"] == "fails"
    assert failure["message"] == "Executed 'Functions.fails' (Failed)"
    assert "not for callers" in failure["exception"]
    assert failure["time"].startswith("2026-11-22T10:")
    assert len(failure["invocationId"]) == 36


def test_a_missing_setting_stops_the_start_with_its_name(host: RunningHost) -> None:
    del host.config["environ"]["SAMPLE_HUB"]
    process = host.launch()
    out, error = process.communicate(timeout=20)
    assert process.returncode == 1
    assert not out
    assert "%SAMPLE_HUB% does not resolve" in error


def test_admin_is_for_the_master_key(host: RunningHost) -> None:
    host.start()
    assert host.call("GET", "/admin/host/status", headers=KEY).status_code == 401
    master = {"x-functions-key": "the-master"}
    status = host.call("GET", "/admin/host/status", headers=master).json()
    assert (status["state"], status["hangs"]) == ("Running", [])
    functions = {found["name"]: found for found in host.call("GET", "/admin/functions", headers=master).json()}
    assert functions["echo"]["invoke_url_template"] == f"{host.base}/api/echo/{{id:int}}/{{rest?}}"
    assert functions["chain"]["config"]["bindings"][0]["type"] == "orchestrationTrigger"
    assert host.call("POST", "/admin/functions/on_timer", headers=master, json={}).status_code == 202
    assert host.call("POST", "/admin/functions/chain", headers=master, json={}).status_code == 404
    assert host.journal() == ["timer past_due=False"]
