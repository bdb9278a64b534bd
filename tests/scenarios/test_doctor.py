"""Every misconfiguration that the preflight can find, planted in the sandbox: it is found by name, with its remedy."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec
import pytest
from msgspec.structs import replace

from responder.cli.main import main
from sandbox import scenario as scenarios
from sandbox.arm.rbac import roles
from sandbox.arm.spec import parse
from sandbox.runner import Sandbox
from sandbox.scenario import InboxFault, Scenario
from tests.scenarios.conftest import Make

SUB = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VAULT = f"{SUB}/resourceGroups/rg-backup-prod-weu/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
PROBES = {
    *("settings", "identity", "permissions", "alert-routing", "webhooks"),
    *("clock", "sweep", "store", "deliveries"),
}
ON = {"AzureWebJobs__sweep__Disabled": "false"}
SEVERITY = {"field": "Severity", "operator": "Equals", "values": ["Sev0"]}
CONTEXT = {"field": "AlertContext", "operator": "Contains", "values": ["vm-app"]}
NIGHTLY = {"recurrences": [{"recurrenceType": "Daily", "startTime": "22:00:00", "endTime": "04:00:00"}]}
OVER = {"effectiveFrom": "2020-01-01T00:00:00", "effectiveUntil": "2020-02-01T00:00:00", "timeZone": "UTC"}
NOT_YET = {"effectiveFrom": "2099-01-01T00:00:00", "timeZone": "Korea Standard Time"}
Finding = tuple[str, str, str]


def healthy(settings: dict[str, str] | None = None, **more: Any) -> Scenario:
    base = scenarios.load("unknown-payload")
    return replace(base, settings={**base.settings, **ON, **(settings or {})}, **more)


async def asked(sandbox: Sandbox) -> dict[str, Any]:
    async with sandbox.client.session.get(f"{sandbox.functions_url}/api/preflight") as answer:
        assert answer.status == HTTPStatus.OK
        text = await answer.text()
    for secret in (sandbox.key, sandbox.secret, sandbox.secrets.approval, "c2FuZGJveC1rZXk", "eyJ"):
        assert secret not in text
    return dict(json.loads(text))


async def found(sandbox: Sandbox) -> list[dict[str, Any]]:
    """What is not well."""
    return [probe for probe in (await asked(sandbox))["probes"] if probe["status"] != "ok"]


def named(probes: list[dict[str, Any]]) -> list[Finding]:
    return sorted((probe["name"], probe["code"], probe["status"]) for probe in probes)


def rule(*more: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The world in which the app's rule is another one, and there are further rules."""
    return {"monitoring": {"rules": [changed, *more]}}


def group(**changed: Any) -> dict[str, Any]:
    return {"monitoring": {"action_groups": [changed]}}


def lacks(*actions: str) -> dict[str, Any]:
    return {"rbac": {"deny": list(actions)}}


MUTE = {"name": "quiet", "mutes": True, "filters": []}
NOBODY = {"name": "other-rule", "groups": ["ag-people"]}
PLANTED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "no rule": ({"monitoring": {"rules": []}}, "NoRule", "warning", "rule-type AddActionGroups"),
    "rule for another vault": (rule(scopes=[f"{VAULT}-2"]), "RuleForAnotherVault", "failed", f'--scopes "{VAULT}"'),
    "disabled rule": (rule(enabled=False), "RuleDisabled", "failed", "--enabled true"),
    "filter": (rule(filters=[SEVERITY]), "RuleFiltersOut", "failed", 'Equals "Backup Failure"'),
    "filter on the unknown": (rule(filters=[CONTEXT]), "RuleAtTimes", "warning", ""),
    "schedule is over": (rule(schedule=OVER), "RuleOver", "failed", "create"),
    "schedule has not begun": (rule(schedule=NOT_YET), "RuleOver", "failed", "create"),
    "nights alone": (rule(schedule=NIGHTLY), "RuleAtTimes", "warning", ""),
    "muted": (rule(MUTE), "Muted", "failed", "--enabled false"),
    "muted at night": (rule({**MUTE, "schedule": NIGHTLY}), "MutedAtTimes", "warning", ""),
    "muted by subscription": (rule({**MUTE, "scopes": [SUB]}), "Muted", "failed", "actionRules/quiet"),
    "alerts off": ({"monitoring": {"job_alerts": False}}, "AlertsOff", "failed", "alertsForAllJobFailures"),
    "alerts untold": ({"monitoring": {"job_alerts": None}}, "AlertsUntold", "warning", "az rest --method patch"),
    "somebody else": (group(calls="https://hooks.example/in"), "CallsSomebodyElse", "failed", ""),
    "somebody's webhook": (group(kind="webhook", calls="https://x.example/"), "CallsSomebodyElse", "failed", ""),
    "a logic app": (group(kind="logic-app", calls="https://x.example/"), "CallsByOthers", "warning", ""),
    "action group disabled": (group(enabled=False), "ActionGroupDisabled", "failed", "--set enabled=true"),
    "action group gone": (group(name="ag-old"), "ActionGroupNotRead", "failed", ""),
    "action groups unread": (lacks("Microsoft.Insights/actionGroups/read"), "ActionGroupNotRead", "failed", ""),
    "rules unread": (lacks("Microsoft.AlertsManagement/actionRules/read"), "RoutingNotRead", "warning", ""),
    "wrong clock": ({"clock_off_minutes": 9}, "ClockWrong", "failed", ""),
    "clock behind": ({"clock_off_minutes": -9}, "ClockWrong", "failed", ""),
    "clock a little off": ({"clock_off_minutes": 2}, "ClockOff", "warning", ""),
}
HARMLESS: dict[str, dict[str, Any]] = {
    "a webhook of ours": group(kind="webhook"),
    "a rule for all alerts": rule(filters=[]),
    "a rule of the subscription": rule(scopes=[SUB]),
    "a rule whose time has come": rule(schedule={"effectiveFrom": "2020-01-01T00:00:00", "timeZone": "UTC"}),
    "another rule that is disabled": rule({"name": "old", "enabled": False}),
    "another rule that calls people": rule({"name": "people", "groups": ["ag-people"]}),
    "a mute that is disabled": rule({**MUTE, "enabled": False}),
    "a mute that is over": rule({**MUTE, "schedule": OVER}),
    "a mute of another vault": rule({**MUTE, "scopes": [f"{VAULT}-2"]}),
    "a mute of other alerts": rule({**MUTE, "filters": [SEVERITY]}),
    "clock seconds off": {"clock_off_minutes": 0.2},
}


def become(sandbox: Sandbox, world: dict[str, Any]) -> None:
    sandbox.cloud.world.spec = parse({**scenarios.load("unknown-payload").world, **world})


async def test_each_misconfiguration_of_azure_is_found_by_its_name(sandbox_of: Make) -> None:
    async with sandbox_of(healthy(), 1.0) as sandbox:
        for name, (world, code, status, mends) in PLANTED.items():
            become(sandbox, world)
            probes = await found(sandbox)
            ours = [probe for probe in probes if probe["code"] == code]
            assert [probe["status"] for probe in ours] == [status], (name, probes)
            assert ours[0]["remedy"], name
            assert mends in (ours[0]["command"] or ""), (name, ours)
            assert {probe["name"] for probe in probes} <= {ours[0]["name"], "permissions"}, (name, probes)
        for name, world in HARMLESS.items():
            become(sandbox, world)
            assert await found(sandbox) == [], name
        assert sandbox.cloud.mutations == []


async def test_a_healthy_app_is_well_and_every_probe_has_looked(sandbox_of: Make) -> None:
    async with sandbox_of(healthy(), 1.0) as sandbox:
        told = await asked(sandbox)
        assert (told["status"], {probe["name"] for probe in told["probes"]}) == ("ok", PROBES)
        asked_for = {
            (call.identity, call.path.partition("/providers/Microsoft.Authorization")[0])
            for call in sandbox.cloud.calls
        }
        for identity in ("diagnose", "remediate"):
            for place in (
                VAULT,
                f"{SUB}/resourceGroups/rg-app-prod-weu",
                f"{SUB}/resourceGroups/AzureBackupRG_westeurope_1",
            ):
                assert (identity, place) in asked_for
        assert sandbox.cloud.mutations == []
        async with aiohttp.ClientSession() as stranger:
            async with stranger.get(f"{sandbox.functions_url}/api/preflight") as answer:
                assert answer.status == HTTPStatus.UNAUTHORIZED
            async with stranger.get(f"{sandbox.functions_url}/api/health") as answer:
                assert set(await answer.json()) == {"status", "version"}


@pytest.mark.parametrize("role", ["diagnose", "remediate"])
async def test_each_missing_right_is_named_with_its_place_and_command(sandbox_of: Make, role: str) -> None:
    holders = {
        "diagnose": "9a27d4e8-0b53-4f1c-a6e9-58c3710fd2b4",
        "remediate": "71f3b8a6-d2c9-4e05-93b7-a4068e5c1d9f",
    }
    async with sandbox_of(healthy(), 1.0) as sandbox:
        for action in roles()[role].actions:
            become(sandbox, lacks(action))
            missing = [probe for probe in await found(sandbox) if probe["code"] == "RightMissing"]
            assert len(missing) >= 1, action
            for probe in missing:
                assert f"'Backup Responder: {role}': {action}. Where: {SUB}" in probe["text"], action
                assert f"--assignee-object-id {holders[role]}" in probe["command"]
                assert f'--role "Backup Responder: {role}" --scope "{SUB}' in probe["command"]
        become(sandbox, lacks("Microsoft.Authorization/permissions/read"))
        unread = [probe for probe in await found(sandbox) if probe["code"] == "RightMissing"]
        assert unread
        assert all("Microsoft.Authorization/permissions/read" in probe["text"] for probe in unread)


def hook(name: str, url: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "format": "teams", "url": url, **more}


async def test_settings_that_are_odd_and_receivers_that_are_dead(sandbox_of: Make) -> None:
    targets = [
        hook("dead", "http://127.0.0.1:1/in?sig=very-secret-signature"),
        hook("nameless", "https://no-such-host.invalid/in"),
        hook("no-tls", "{inbox}/x".replace("http://", "https://")),
    ]
    odd = {
        "RESPONDER_WEBHOOK_URL": "{inbox}/report",
        "RESPONDER_TARGETS": json.dumps(targets),
        "RESPONDER_MODE": "read-only",
        "RESPONDER_LANGUAGE": "en",
        "RESPONDER_SCOPE": "",
        "OPS_TEAMS_URL": "@Microsoft.KeyVault(VaultName=kv;SecretName=OPS)",
        "AzureWebJobs__sweep__Disabled": "1",
    }
    async with sandbox_of(healthy(odd), 1.0) as sandbox:
        probes = await found(sandbox)
        assert named(probes) == [
            ("settings", "ModeReadOnly", "warning"),
            ("settings", "ReferenceNotRead", "failed"),
            ("settings", "ScopeEmpty", "warning"),
            ("sweep", "SweepOff", "warning"),
            ("webhooks", "TargetUnreachable", "failed"),
            ("webhooks", "TargetUnreachable", "failed"),
        ]
        assert all(probe["remedy"] for probe in probes)
        assert "very-secret" not in json.dumps(probes)


async def test_decisions_and_outcomes_that_reach_nobody_an_identity_without_a_token_a_vault_that_is_gone(
    sandbox_of: Make,
) -> None:
    only = hook("good", "{inbox}/good", outcomes=["resolved"], approvals=False)
    settings = {
        "RESPONDER_WEBHOOK_URL": "",
        "RESPONDER_WEBHOOK_SECRET": "",
        "RESPONDER_TARGETS": json.dumps([only]),
        "RESPONDER_REMEDIATE_CLIENT_ID": "00000000-1111-4222-8333-444444444444",
        "RESPONDER_SCOPE": f"{VAULT},{VAULT}-gone",
        "RESPONDER_DESTRUCTIVE_PER_HOUR": "0",
        "AzureWebJobs__sweep__Disabled": "true",
    }
    async with sandbox_of(healthy(settings), 1.0) as sandbox:
        become(sandbox, {"monitoring": {"rules": []}})
        codes = {(probe["name"], probe["code"], probe["status"]) for probe in await found(sandbox)}
        assert codes == {
            ("settings", "ApprovalsToNobody", "warning"),
            ("settings", "ChangesForbidden", "warning"),
            ("settings", "OutcomeToNobody", "warning"),
            ("identity", "NoToken", "failed"),
            ("permissions", "RightsNotRead", "warning"),
            ("permissions", "VaultNotFound", "failed"),
            ("alert-routing", "NoRule", "failed"),
            ("sweep", "SweepOff", "warning"),
        }


async def test_a_target_that_is_gone_and_one_that_lacks_results(sandbox_of: Make) -> None:
    scenario = healthy(inbox=[InboxFault(status=410, times=1)])
    async with sandbox_of(scenario) as sandbox:
        accepted = await sandbox.client.post_alert({"unheard": "of"})
        await sandbox.client.wait_for_end(accepted["incidents"][0]["id"], 60)
        (probe,) = await found(sandbox)
        assert (probe["name"], probe["code"], probe["status"]) == ("deliveries", "TargetGone", "failed")
        body = json.loads(probe["command"].partition("-d '")[2].partition("'")[0])
        url = f"{sandbox.functions_url}/api/deliveries"
        async with sandbox.client.session.post(url, json=body) as answer:
            assert answer.status == HTTPStatus.ACCEPTED
        for _ in range(200):
            if not await found(sandbox):
                break
            await asyncio.sleep(0.05)
        assert await found(sandbox) == []


async def test_the_command_line_shows_it(sandbox_of: Make, capsys: pytest.CaptureFixture[str]) -> None:
    async with sandbox_of(healthy(), 1.0) as sandbox:

        async def call(*arguments: str, key: str = sandbox.key) -> tuple[int, str]:
            environ = {"RESPONDER_URL": sandbox.functions_url, "RESPONDER_KEY": key}
            code = await asyncio.to_thread(main, arguments, environ)
            told = capsys.readouterr()
            assert sandbox.key not in told.out + told.err
            return code, told.out

        code, told = await call("doctor")
        assert code == 0
        assert "Nothing is wrong." in told
        assert all(name in told for name in PROBES | {"address", "key", "clock-here"})
        become(sandbox, rule(enabled=False))
        code, told = await call("doctor")
        assert code == 1
        assert "failed  alert-routing RuleDisabled: " in told
        assert "  $ az monitor alert-processing-rule update --ids " in told
        code, told = await call("--json", "doctor")
        assert (code, json.loads(told)["status"]) == (1, "failed")
        code, told = await call("doctor", key="wrong")
        assert code == 1
        assert "key KeyRefused: The key was not accepted." in told
        assert "alert-routing" not in told


def test_every_planted_thing_is_a_world() -> None:
    for world in (*(planted[0] for planted in PLANTED.values()), *HARMLESS.values()):
        assert parse(world) != msgspec.convert({}, type(parse({})))
