"""The alert's ids come from the world."""

import pytest

from sandbox.arm import build_world, builtin_alert
from tests.sandbox.arm.support import CONTAINER, ITEM, START, VAULT, VM

_ESSENTIALS = {
    "region", "alertId", "severity", "alertRule", "signalType", "description", "firedDateTime", "originAlertId",
    "alertTargetIDs", "monitorCondition", "essentialsVersion", "investigationLink", "monitoringService",
    "configurationItems", "targetResourceType", "alertContextVersion", "targetResourceGroup",
}  # fmt: skip
_CONTEXT = {
    "category", "sourceId", "sourceType", "extendedInfo", "affectedItems", "sourceVersion", "protectedItemId",
    "linkedResourceId", "alertVersionNumber", "linkedResourceName", "formattedSourceType", "firstLevelContainerId",
    "secondLevelContainerId",
}  # fmt: skip


def test_the_alert_of_a_vm() -> None:
    world = build_world({}, START)
    alert = builtin_alert(world)
    essentials, context = alert["data"]["essentials"], alert["data"]["alertContext"]
    assert alert["schemaId"] == "azureMonitorCommonAlertSchema"
    assert set(alert["data"]) == {"essentials", "alertContext", "customProperties"}
    assert (set(essentials), set(context)) == (_ESSENTIALS, _CONTEXT)
    assert essentials["alertTargetIDs"] == [VAULT.lower()]
    assert (essentials["alertRule"], essentials["monitoringService"]) == ("Backup Failure", "Azure Backup")
    assert essentials["originAlertId"].endswith("azureiaasvmusererrorrpcollectionlimitreached")
    assert (context["protectedItemId"], context["sourceId"], context["firstLevelContainerId"]) == (ITEM, VM, CONTAINER)
    job = world.failed_job
    assert job
    assert context["extendedInfo"]["jobId"] == job.id
    assert context["extendedInfo"]["recommendedActions"].endswith("https://aka.ms/AB-usererrorrpcollectionlimitreached")
    assert builtin_alert(world) == alert


def test_the_alert_of_a_database() -> None:
    context = builtin_alert(build_world({"sql_item": True}, START))["data"]["alertContext"]
    assert set(context) == _CONTEXT
    assert (context["sourceType"], context["formattedSourceType"]) == ("SQLDataBase", "AzureVmSQL")
    assert "VMAppContainer;Compute;rg-app-prod-weu;vm-app-01/protectedItems/SQLDataBase;" in context["protectedItemId"]
    assert context["linkedResourceId"] == VM


def test_without_a_failed_job_there_is_no_alert() -> None:
    world = build_world({}, START)
    world.failed_job = None
    with pytest.raises(ValueError, match="no failed job"):
        builtin_alert(world)


@pytest.mark.parametrize(
    "alert, rule, tail, link",
    [
        ({"hint": "OtherCode"}, "Restore Failure", "azureiaasvmothercode", True),
        ({"hint": "", "rule": "Backup Failure"}, "Backup Failure", "azureiaasvm", False),
    ],
)
def test_an_alert_hints_at_what_the_world_says(alert: dict[str, str], rule: str, tail: str, link: bool) -> None:
    body = builtin_alert(build_world({"alert": alert, "failed_job": {"operation": "Restore"}}, START))["data"]
    assert body["essentials"]["alertRule"] == rule
    assert body["essentials"]["originAlertId"].endswith(tail)
    assert ("aka.ms/AB-" in body["alertContext"]["extendedInfo"]["recommendedActions"]) is link
