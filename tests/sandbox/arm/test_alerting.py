"""The way of a vault's alerts, and what an identity may do, as Azure tells it."""

from typing import Any

import pytest

from sandbox.arm import tokens
from sandbox.arm.rbac import roles
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import SUB, VAULT, VM_GROUP, code

ALERT_RULES = f"{SUB}/providers/Microsoft.AlertsManagement/actionRules"
HOME = f"{SUB}/resourceGroups/rg-responder-prod-weu/providers"
ACTION_GROUP = f"{HOME}/Microsoft.Insights/actionGroups/ag-responder"
PERMISSIONS = "/providers/Microsoft.Authorization/permissions"


def test_a_vault_says_whether_it_raises_alerts(make: Make) -> None:
    def said(**monitoring: Any) -> object:
        return make(monitoring=monitoring).get(VAULT)["properties"].get("monitoringSettings")

    on, off = said(), said(job_alerts=False)
    assert isinstance(on, dict)
    assert isinstance(off, dict)
    assert on["azureMonitorAlertSettings"]["alertsForAllJobFailures"] == "Enabled"
    assert off["azureMonitorAlertSettings"]["alertsForAllJobFailures"] == "Disabled"
    assert said(job_alerts=None) is None


def test_the_rule_adds_the_action_group_that_calls_the_app(make: Make) -> None:
    cloud = make()
    (rule,) = cloud.rows(ALERT_RULES)
    assert rule["properties"]["scopes"] == [cloud.cloud.world.vault_id]
    (action,) = rule["properties"]["actions"]
    assert action["actionType"] == "AddActionGroups"
    group = cloud.get(action["actionGroupIds"][0])["properties"]
    (receiver,) = group["azureFunctionReceivers"]
    assert receiver["httpTriggerUrl"].startswith(f"{cloud.cloud.world.app_url}/api/alerts?code=")
    assert [name for name in group if name.endswith("Receivers") and group[name]] == ["azureFunctionReceivers"]


def test_a_rule_that_mutes_adds_nothing(make: Make) -> None:
    schedule = {"effectiveUntil": "2026-01-01T00:00:00", "timeZone": "UTC"}
    cloud = make(monitoring={"rules": [{"mutes": True, "enabled": False, "schedule": schedule}]})
    (rule,) = cloud.rows(ALERT_RULES)
    assert rule["properties"]["actions"] == [{"actionType": "RemoveAllActionGroups"}]
    assert (rule["properties"]["enabled"], rule["properties"]["schedule"]) == (False, schedule)


@pytest.mark.parametrize(
    "path",
    [ACTION_GROUP + "-2", ACTION_GROUP.replace("rg-responder-prod-weu", "rg-app-prod-weu")],
    ids=["name", "group"],
)
def test_another_action_group_is_not_there(make: Make, path: str) -> None:
    answer = make().ask("GET", path)
    assert (answer.status, code(answer)) == (404, "ResourceNotFound")


@pytest.mark.parametrize("identity", [tokens.DIAGNOSE, tokens.REMEDIATE], ids=lambda identity: identity.name)
@pytest.mark.parametrize("scope", [VAULT, VM_GROUP], ids=["vault", "group"])
def test_an_identity_is_told_what_it_may_do_there(make: Make, identity: tokens.Identity, scope: str) -> None:
    whole = roles()[identity.roles[0]].actions
    cloud = make(rbac={"deny": [whole[0]]})
    cloud.become(identity)
    (permission,) = cloud.rows(scope + PERMISSIONS)
    assert permission["actions"] == whole[1:]
    assert (permission["notActions"], permission["dataActions"]) == ([], [])


def test_permissions_of_what_is_not_there(make: Make) -> None:
    cloud = make()
    assert code(cloud.ask("GET", f"{SUB}/resourceGroups/none{PERMISSIONS}")) == "ResourceGroupNotFound"
    assert code(cloud.ask("GET", f"{VAULT}-2{PERMISSIONS}")) == "ResourceNotFound"


def test_permissions_can_be_denied(make: Make) -> None:
    cloud = make(rbac={"deny": ["Microsoft.Authorization/permissions/read"]})
    cloud.become(tokens.REMEDIATE)
    answer = cloud.ask("GET", VAULT + PERMISSIONS)
    assert (answer.status, code(answer)) == (403, "AuthorizationFailed")
