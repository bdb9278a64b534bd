"""The command line: its usage in this process, its commands as processes of their own."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from standardwebhooks import Webhook

from sandbox import scenario as scenarios
from sandbox.cli import main
from sandbox.client import FunctionsClient
from tests.sources import ROOT

ENDPOINTS = {"functions", "arm", "ca", "identityEndpoint", "identityHeader", "inbox", "key", "webhookSecret"}
PATIENCE = 90  # real seconds


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ([], "COMMAND"),
        (["dance"], "dance"),
        (["serve", "--speed", "0"], "'0' is no speed: give a number above 0, or max"),
        (["serve", "--speed", "nan"], "'nan' is no speed"),
        (["serve", "--speed", "inf"], "'inf' is no speed"),
        (["serve", "--speed", "fast"], "'fast' is no speed"),
        (["demo", "--all", "throttled"], "--all plays every scenario: name none"),
    ],
)
def test_wrong_usage_is_2_with_a_remedy(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["demo", "unknown-payload", "nosuch"], "there is no scenario 'nosuch'; there are: locked-collection, "),
        (["serve", "--scenario", "nosuch"], "there is no scenario 'nosuch'; there are: locked-collection, "),
        (["serve", "--fault", "nosuch"], "there is no fault 'nosuch'; there are: arm-500, "),
    ],
)
def test_an_unknown_name_is_2_and_starts_nothing(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert complaint in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    "command, words",
    [
        ([], ["demo", "serve", "scenarios", "127.0.0.1 only"]),
        (["demo"], ["--all", "--json", "--keep", "--decide", "default: locked-collection"]),
        (
            ["serve"],
            ["--speed N", "--fault NAME", "--state DIR", "--scenario NAME", "webhook-500", "run until SIGTERM"],
        ),
        (["scenarios"], ["--json", "write them for programs"]),
    ],
)
def test_help_explains_every_option(command: list[str], words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert [word for word in words if word not in said] == []


def test_scenarios_are_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == scenarios.names()
    assert all(set(row) == {"name", "outcome", "about"} for row in rows)


def test_scenarios_are_listed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    said = capsys.readouterr().out
    assert all(name.partition("@")[0] in said for name in scenarios.names())
    assert "@" not in said


@asynccontextmanager
async def _sandbox(*arguments: str) -> AsyncGenerator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", *arguments), stdout=PIPE, stderr=PIPE, cwd=ROOT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), PATIENCE)


async def _output(process: Process) -> tuple[str, str]:
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return out.decode(), err.decode()


async def _endpoints(process: Process) -> dict[str, str]:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    return msgspec.json.decode(line, type=dict[str, str])


async def test_one_scenario_is_one_object() -> None:
    async with _sandbox("demo", "not-a-vm", "--json") as process:
        out, _ = await _output(process)
    result: dict[str, Any] = json.loads(out)
    assert process.returncode == 0
    assert set(result) == {"scenario", "incident", "inbox", "arm", "webhookSecret", "ok", "problems"}
    assert (result["scenario"], result["incident"]["outcome"], result["ok"]) == ("not-a-vm", "skipped", True)
    assert result["arm"] == {"calls": {}, "total": 0, "mutations": []}
    (report,) = result["inbox"]
    Webhook(result["webhookSecret"]).verify(report["body"], report["headers"])


async def test_several_scenarios_are_an_array_and_state_is_kept_on_request() -> None:
    async with _sandbox("demo", "unknown-payload", "out-of-scope", "--json", "--keep") as process:
        out, err = await _output(process)
    assert [result["incident"]["outcome"] for result in json.loads(out)] == ["unrecognised", "skipped"]
    kept = [Path(line.removeprefix("kept: ")) for line in err.splitlines() if line.startswith("kept: ")]
    assert len(kept) == 2
    for folder in kept:
        assert (folder / "durable.db").exists()
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


async def test_a_scenario_that_ends_otherwise_is_1_and_says_how(tmp_path: Path) -> None:
    (tmp_path / "unknown-payload.yaml").write_text(
        "name: unknown-payload\nabout: Wrong.\noutcome: resolved\nalert: unknown\nexpect: {reports: 2}\n"
    )
    script = f"import pathlib, sys, sandbox.scenario as s; s.FOLDER = pathlib.Path({str(tmp_path)!r}); "
    script += "from sandbox.cli import main; sys.exit(main(['demo', 'unknown-payload', '--json']))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=PIPE, stderr=PIPE, cwd=ROOT)
    out, _ = await _output(process)
    result = json.loads(out)
    assert (process.returncode, result["ok"]) == (1, False)
    assert result["problems"] == [
        "outcome is unrecognised, not resolved: The payload was not understood.",
        "1 reports arrived, not 2",
    ]


async def test_people_see_the_incident_unfold_without_a_terminal() -> None:
    async with _sandbox("demo", "inherited-subscription-lock") as process:
        out, err = await _output(process)
    assert process.returncode == 0
    assert err == ""
    for words in (
        "playbook UserErrorRpCollectionLimitReached",
        "report",
        "needs-human",
        "what to do",
        "As the scenario",
    ):
        assert words in out
    assert "\x1b" not in out


@pytest.mark.parametrize("decision, outcome", [("approve", "resolved"), ("decline", "declined")])
async def test_a_demo_by_hand_waits_for_the_one_who_opens_its_link(decision: str, outcome: str) -> None:
    async with _sandbox("demo", "restart-needs-approval") as process:
        assert process.stdout is not None
        shown = ""
        while not (link := re.search(r"http://\S+/decision\?token=\S+", shown)):
            shown += (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        async with aiohttp.ClientSession() as browser:
            async with browser.get(link[0], headers={"Accept": "text/html"}) as page:
                assert (page.status, "Approve this change?" in await page.text()) == (200, True)
            await asyncio.sleep(3)  # real ones: a person thinks, and nothing runs out
            assert process.returncode is None
            async with browser.post(link[0], data={"decision": decision}) as answer:
                assert answer.status == 202
        output, _ = await _output(process)
        assert f"As the scenario says: {outcome}" in output
        assert process.returncode == 0


async def test_a_demo_by_hand_may_be_decided_beforehand() -> None:
    async with _sandbox("demo", "restart-needs-approval", "--decide", "decline", "--json") as process:
        output, _ = await _output(process)
        assert process.returncode == 0
        result = json.loads(output)
        assert (result["incident"]["outcome"], result["arm"]["mutations"]) == ("declined", [])


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_a_demo_that_is_stopped_leaves_nothing_behind(told: signal.Signals, tmp_path: Path) -> None:
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    command = (sys.executable, "-m", "sandbox", "demo")
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, cwd=ROOT, env=environ)
    assert process.stdout is not None
    async for line in process.stdout:
        if b"playbook" in line:
            break
    states = list(tmp_path.iterdir())
    process.send_signal(told)
    _, err = await _output(process)
    assert (process.returncode, err) == (130, "")
    assert [folder.exists() for folder in states] == [False]


async def test_serve_prints_one_line_serves_and_stops_on_sigterm() -> None:
    async with _sandbox(
        "serve", "--scenario", "unknown-payload", "--fault", "webhook-500", "--speed", "max"
    ) as process:
        found = await _endpoints(process)
        assert set(found) == ENDPOINTS
        client = FunctionsClient(found["functions"], found["key"])
        (entry,) = (await client.post_alert({"some": "body"}))["incidents"]
        assert (await client.wait_for_end(entry["id"], PATIENCE))["outcome"] == "unrecognised"
        await client.close()
        async with aiohttp.ClientSession() as session:
            async with session.get(found["inbox"] + "/") as answer:
                assert [message["attempts"] for message in await answer.json()] == [4]
            async with session.get(found["inbox"] + "/arm") as answer:
                assert await answer.json() == {"calls": {}, "total": 0, "mutations": []}
            async with session.get(found["inbox"] + "/alert") as answer:
                assert (await answer.json())["data"]["essentials"]["alertRule"] == "Backup Failure"
        assert Path(found["ca"]).exists()
        process.send_signal(signal.SIGTERM)
        assert await _output(process) == ("", "")
    assert process.returncode == 0
    assert not Path(found["ca"]).parent.exists()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the host's process in /proc")
async def test_serve_goes_on_from_its_state_and_starts_a_dead_host_again(tmp_path: Path) -> None:
    arguments = ("serve", "--scenario", "unknown-payload", "--speed", "max", "--state", str(tmp_path / "state"))
    async with _sandbox(*arguments) as process:
        before = await _endpoints(process)
        client = FunctionsClient(before["functions"], before["key"])
        (entry,) = (await client.post_alert({"some": "body"}))["incidents"]
        ended = await client.wait_for_end(entry["id"], PATIENCE)
        os.kill(_host_of(process.pid), signal.SIGKILL)
        assert process.stderr is not None
        said = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        assert said.decode().startswith("The functions host ended with -9; it is started again")
        assert await client.wait_for_end(entry["id"], PATIENCE) == ended
        await client.close()
    async with _sandbox(*arguments) as process:
        after = await _endpoints(process)
        assert (after["key"], after["webhookSecret"]) == (before["key"], before["webhookSecret"])
        client = FunctionsClient(after["functions"], after["key"])
        assert await client.wait_for_end(entry["id"], PATIENCE) == ended
        await client.close()
    with sqlite3.connect(tmp_path / "state" / "durable.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    database.close()


def _host_of(parent: int) -> int:
    """The process id of the functions host that a sandbox started."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (folder / "stat").exists():
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and b"sandbox.host" in (folder / "cmdline").read_bytes():
                return int(folder.name)
    raise AssertionError(f"process {parent} has no functions host")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the host's process in /proc")
async def test_a_sandbox_that_is_killed_leaves_no_host_behind(tmp_path: Path) -> None:
    async with _sandbox("serve", "--scenario", "unknown-payload", "--state", str(tmp_path / "state")) as process:
        await _endpoints(process)
        host = Path(f"/proc/{_host_of(process.pid)}")
        process.kill()
        await process.wait()
    for _ in range(200):
        if not host.exists():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the functions host lives on")
