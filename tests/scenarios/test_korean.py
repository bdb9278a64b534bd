"""The app in Korean: it tells the same story in other words, and decides and does exactly the same."""

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.hostprocess import Launch
from sandbox.play import play
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario
from sandbox.verdict import problems
from tests.scenarios.conftest import START, Make

HANGUL = re.compile("[가-힣]")
PLAYED = [
    "one-of-two-locks-must-stay",  # refused by a law
    "vm-failed-reapplied",  # approved by a person
    "keyvault-policy-incomplete",  # left to a person
    "agent-silent-windows",
    "forced-tunnel",
    "read-only",
    "unknown-payload",
]


def _in_korean(scenario: Scenario) -> Scenario:
    """The scenario with the same end; what its report says is written down in English."""
    settings = scenario.settings | {"RESPONDER_LANGUAGE": "ko"}
    return replace(scenario, settings=settings, expect=replace(scenario.expect, says=[]))


def _sentences(incident: dict[str, Any]) -> list[str]:
    """What of an incident the app says by itself, not Azure."""
    told = [incident["summary"], *(finding["summary"] for finding in incident["findings"])]
    told += [fact["what"] for finding in incident["findings"] for fact in finding["evidence"]]
    told += [action["summary"] for action in incident["actions"]]
    told += [change for approval in incident["approvals"] for change in approval["changes"]]
    return [sentence for sentence in told if sentence != "VM"]


@pytest.mark.parametrize("name", PLAYED)
async def test_a_scenario_ends_as_its_file_says_and_in_korean(name: str, sandbox_of: Make) -> None:
    scenario = _in_korean(scenarios.load(name))
    async with sandbox_of(scenario) as sandbox:
        incident = await play(sandbox, lambda _: None)
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []
        assert [sentence for sentence in _sentences(incident) if not HANGUL.search(sentence)] == []


async def test_in_korean_the_same_is_found_decided_and_done(tmp_path: Path, launch: Launch) -> None:
    english = scenarios.load(scenarios.DEFAULT)
    played: list[dict[str, Any]] = []
    for scenario, folder in ((english, "english"), (_in_korean(english), "korean")):
        async with Sandbox(scenario, tmp_path / folder, speed=None, start=START, launch=launch) as sandbox:
            incident = await play(sandbox, lambda _: None)
            played.append(_decided(incident) | {"changed": _changed(sandbox)})
            assert bool(HANGUL.search(incident["summary"])) is (folder == "korean")
    assert played[0] == played[1]


def _decided(incident: dict[str, Any]) -> dict[str, Any]:
    """What of an incident does not depend on the language."""
    ended = {name: incident[name] for name in ("outcome", "reason", "step", "mode")}
    findings = [(one["cause"], one["verdict"]) for one in incident["findings"]]
    actions = [(one["fix"], one["target"], one["risk"], one["state"], one["attempts"]) for one in incident["actions"]]
    retries = [(one["state"], one["code"], one["expectedFailure"]) for one in incident["retries"]]
    return ended | {"findings": findings, "actions": actions, "retries": retries}


def _changed(sandbox: Sandbox) -> list[tuple[str, str, int]]:
    return [(entry["method"], entry["path"], entry["status"]) for entry in sandbox.cloud.mutations]
