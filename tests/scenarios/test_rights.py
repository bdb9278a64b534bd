"""Least privilege: each action of the two roles is needed, and an app without it says exactly which one is missing.

``rights.yaml`` names for each action a scenario that needs it; ``python -m sandbox rights`` writes it anew.
"""

from pathlib import Path

import msgspec
import pytest
import yaml

from sandbox import rights
from sandbox import scenario as scenarios
from sandbox.arm.rbac import roles
from sandbox.hostprocess import Launch
from sandbox.play import play
from sandbox.rights import Need
from sandbox.verdict import problems
from tests.scenarios.conftest import Make

_TABLE = Path(__file__).with_name("rights.yaml")
NEEDS = msgspec.convert(yaml.safe_load(_TABLE.read_text("utf-8")), dict[str, Need])
ONE_IDENTITY = {"RESPONDER_CLIENT_ID": "", "RESPONDER_REMEDIATE_CLIENT_ID": ""}


def test_the_roles_hold_exactly_what_scenarios_need() -> None:
    assert sorted(NEEDS) == sorted(rights.granted()), "run: python -m sandbox rights > tests/scenarios/rights.yaml"
    assert len(rights.granted()) == sum(len(role.actions) for role in roles().values()), "both roles hold an action"


@pytest.mark.parametrize("action", NEEDS)
async def test_without_an_action_the_app_says_which_one_is_missing(action: str, tmp_path: Path, launch: Launch) -> None:
    need, identity = NEEDS[action], rights.granted()[action]
    played = await rights.play_without(need, action, tmp_path, launch)
    assert rights.shown(played, action) == need.shows, played.incident.get("summary") or played.swept
    assert {right for right in played.refused if right[1] == action.lower()} <= {(identity, action.lower())}
    assert need.then == "preflight" or (identity, action.lower()) in played.refused


@pytest.mark.parametrize("settings", [{}, ONE_IDENTITY], ids=["two identities", "one identity"])
async def test_one_identity_with_both_roles_does_the_same_as_two(sandbox_of: Make, settings: dict[str, str]) -> None:
    scenario = msgspec.structs.replace(scenarios.load(scenarios.DEFAULT), settings=settings)
    async with sandbox_of(scenario) as sandbox:
        incident = await play(sandbox, lambda _: None)
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []
        senders = {(call.changes, call.identity) for call in sandbox.cloud.calls}
        readers, changers = ("system", "system") if settings else ("diagnose", "remediate")
        assert senders == {(False, readers), (True, changers)}


@pytest.mark.parametrize("action", ["Microsoft.Authorization/locks/delete", "Microsoft.Authorization/locks/read"])
async def test_where_one_identity_does_all_no_name_of_one_is_told(action: str, tmp_path: Path, launch: Launch) -> None:
    scenario = msgspec.structs.replace(scenarios.load(scenarios.DEFAULT), settings=ONE_IDENTITY)
    played = await rights.play_whole(rights.without(scenario, action), "nothing", tmp_path, launch)
    assert (played.incident["outcome"], played.incident["reason"]) == ("failed", "Forbidden")
    assert f"The app's identity may not do {action} on /subscriptions/" in played.incident["summary"]
    assert "(identity " not in played.incident["summary"]


@pytest.mark.parametrize("action", ["Microsoft.Authorization/locks/delete", "Microsoft.Authorization/locks/read"])
async def test_where_two_share_the_work_it_is_told_which_one(action: str, tmp_path: Path, launch: Launch) -> None:
    scenario = rights.without(scenarios.load(scenarios.DEFAULT), action)
    played = await rights.play_whole(scenario, "nothing", tmp_path, launch)
    assert played.incident["summary"].endswith(f"(identity {rights.granted()[action]}).")
