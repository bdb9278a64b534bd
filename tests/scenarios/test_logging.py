"""What a real run writes into the host's log, line by line: by incident, once each, without secrets or addresses."""

import json
from pathlib import Path
from typing import Any

from sandbox import scenario as scenarios
from sandbox.play import deliver
from tests.scenarios.conftest import Make

_WORK = {"incident", "diagnose", "examine", "apply_change", "follow_change", "start_backup", "follow_backup", "deliver"}


def _lines(state: Path) -> list[dict[str, Any]]:
    """The app's own lines; ``fields`` are those of an event."""
    written = [json.loads(line) for line in (state / "host.log").read_text().splitlines()]
    ours = [line for line in written if line["logger"] == "responder"]
    return [line | {"fields": json.loads(line["message"][line["message"].index("{") :])} for line in ours]


def _told(lines: list[dict[str, Any]], event: str, *fields: str) -> list[Any]:
    found = [line["fields"] for line in lines if line["fields"]["event"] == event]
    return [tuple(each.get(name) for name in fields) for each in found]


async def test_a_throttled_cure_can_be_followed_by_its_lines_alone(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("throttled")) as sandbox:
        name = await deliver(sandbox)
        end = await sandbox.client.wait_for_end(name, 60)
        secrets = [sandbox.key, *sandbox.secret.split("_")[1:], sandbox.secrets.approval, sandbox.inbox_url]
    lines = _lines(sandbox.state)
    about = [line for line in lines if line["function"] in _WORK]
    assert {line["message"].split()[0] for line in about} == {name}
    assert {line["fields"]["incident"] for line in about} == {name}
    texts = [line["message"] for line in about if line["fields"]["event"] not in {"throttled", "at"}]
    assert len(texts) == len(set(texts))  # replays are silent
    assert _told(lines, "received", "incidents") == [(1,)]
    assert _told(lines, "accepted", "job") == [(end["failure"]["jobId"],)]
    assert _told(lines, "diagnosed", "playbook") == [("UserErrorRpCollectionLimitReached",)]
    assert {seconds for _, seconds in _told(lines, "throttled", "api", "seconds")} == {324, 240}
    assert any("/backupJobs" in api for (api,) in _told(lines, "throttled", "api"))
    assert ("remove-restore-point-locks", "done") in _told(lines, "change", "fix", "state")
    assert [state for (state,) in _told(lines, "backup", "state") if state in {"Failed", "Completed"}] == [
        retry["state"] for retry in end["retries"]
    ]
    assert _told(lines, "ended", "outcome", "seconds") == [("resolved", end["durationSeconds"])]
    assert _told(lines, "delivery", "target", "state") == [("webhook", "delivered")]
    log = (sandbox.state / "host.log").read_text()
    assert [secret for secret in secrets if secret in log] == []


async def test_a_missing_right_is_told_with_action_and_incident(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("forbidden")) as sandbox:
        name = await deliver(sandbox)
        await sandbox.client.wait_for_end(name, 60)
    lines = _lines(sandbox.state)
    assert _told(lines, "trouble", "incident", "operation", "action") == [
        (name, "ApplyChange", "Microsoft.Authorization/locks/delete")
    ]
    assert ("forbidden",) in _told(lines, "change", "state")
    assert _told(lines, "ended", "outcome", "reason") == [("failed", "Forbidden")]
    assert {line["level"] for line in lines if line["fields"]["event"] == "trouble"} == {"WARNING"}


async def test_a_host_that_is_killed_leaves_no_gap(sandbox_of: Make) -> None:
    """What was written before is not written again, but for the step in which it died."""
    async with sandbox_of(scenarios.load("locked-collection"), speed=20_000) as sandbox:
        name = await deliver(sandbox)
        while "waiting-for-service-clean-up" not in (sandbox.state / "host.log").read_text():
            await sandbox.client.session.get(f"{sandbox.functions_url}/api/health")
        await sandbox.kill_host()
        await sandbox.restart_host()
        await sandbox.client.wait_for_end(name, 60)
    lines = _lines(sandbox.state)
    assert len(_told(lines, "accepted", "job")) == 1
    assert len(_told(lines, "diagnosed", "playbook")) == 1
    assert _told(lines, "ended", "outcome") == [("resolved",)]
    assert len(_told(lines, "waiting", "state")) in {1, 2}
