"""Filters and schedules of alert processing rules against the Backup Failure alert of a vault."""

from datetime import UTC, datetime
from typing import Any

import pytest

from responder.azure.alerting import group_of, rule_of
from responder.doctor import rules
from responder.ids import VaultId

VAULT = VaultId(subscription="s", group="RG-Backup", name="rsv")
ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.AlertsManagement/actionRules/r"
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def made(**properties: Any) -> Any:
    return rule_of({"id": ID, "properties": properties})


def one(field: str, operator: str, *values: str) -> dict[str, Any]:
    return {"field": field, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    "filters, passes",
    [
        ([], True),
        ([one("AlertRuleName", "Equals", "Backup Failure")], True),
        ([one("alertrulename", "equals", "BACKUP FAILURE")], True),
        ([one("AlertRuleName", "Equals", "Restore Failure")], False),
        ([one("AlertRuleName", "Equals", "Restore Failure", "Backup Failure")], True),
        ([one("AlertRuleName", "NotEquals", "Restore Failure")], True),
        ([one("AlertRuleName", "NotEquals", "Restore Failure", "Backup Failure")], False),
        ([one("AlertRuleName", "Contains", "backup")], True),
        ([one("AlertRuleName", "DoesNotContain", "backup")], False),
        ([one("Severity", "Equals", "Sev1", "Sev0")], True),
        ([one("Severity", "Equals", "Sev0")], False),
        ([one("MonitorCondition", "Equals", "Resolved")], False),
        ([one("MonitorService", "Equals", "Azure Backup")], True),
        ([one("MonitorService", "Equals", "Platform")], False),
        ([one("TargetResourceType", "Equals", "Microsoft.Compute/virtualMachines")], False),
        ([one("TargetResource", "Equals", str(VAULT).upper())], True),
        ([one("TargetResource", "Contains", "rsv-2")], False),
        ([one("TargetResourceGroup", "Equals", "/subscriptions/s/resourceGroups/rg-backup")], True),
        ([one("TargetResourceGroup", "Equals", "rg-backup")], True),
        ([one("TargetResourceGroup", "Equals", "rg-other")], False),
        ([one("AlertContext", "Contains", "vm-1")], None),
        ([one("Description", "Contains", "x")], None),
        ([one("Severity", "SomethingNew", "Sev1")], None),
        ([one("AlertContext", "Contains", "vm-1"), one("Severity", "Equals", "Sev0")], False),
    ],
)
def test_filters(filters: list[dict[str, Any]], passes: bool | None) -> None:
    assert rules.passes(made(conditions=filters), VAULT) is passes


@pytest.mark.parametrize(
    "scope, covered",
    [
        (str(VAULT), True),
        (str(VAULT).lower(), True),
        ("/subscriptions/s/resourcegroups/rg-backup", True),
        ("/subscriptions/s", True),
        ("/subscriptions/s/resourceGroups/RG-Backup-2", False),
        (f"{VAULT}-2", False),
        ("/subscriptions/s2", False),
        ("", False),
    ],
)
def test_scopes(scope: str, covered: bool) -> None:
    assert rules.covers(made(scopes=[scope]), VAULT) is covered


@pytest.mark.parametrize(
    "schedule, over",
    [
        ({}, False),
        ({"effectiveFrom": "2026-11-01T00:00:00"}, False),
        ({"effectiveUntil": "2026-11-01T00:00:00"}, True),
        ({"effectiveUntil": "2026-11-02T11:00:00"}, False),  # over in UTC, and not in every zone
        ({"effectiveFrom": "2026-11-02T20:00:00"}, False),  # has begun where it is late
        ({"effectiveFrom": "2026-11-04T00:00:00"}, True),
        ({"effectiveFrom": "no time"}, False),
    ],
)
def test_schedules(schedule: dict[str, str], over: bool) -> None:
    assert rules.is_over(made(schedule=schedule), NOW) is over


def test_what_a_rule_does_not_say_is_azures_default() -> None:
    rule = made()
    assert (rule.enabled, rule.scopes, rule.adds, rule.mutes, rule.at_times) == (True, [], [], False, False)
    group = group_of({"id": ID, "properties": {"webhookReceivers": [{"serviceUri": "https://[bad"}, {}]}})
    assert group.enabled
    assert [receiver.host for receiver in group.receivers] == [None, None]


def test_the_key_in_an_address_goes_no_further() -> None:
    receivers = {"azureFunctionReceivers": [{"httpTriggerUrl": "https://f.example/api/alerts?code=secret"}]}
    assert "secret" not in str(group_of({"id": ID, "properties": receivers}))
