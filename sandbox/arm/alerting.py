"""The way of a vault's alerts: alert processing rules and action groups, and the vault's own switch.

Source: Azure REST "Alert Processing Rules - List By Subscription" (2021-08-08), "Action Groups - Get" (2023-01-01),
"Vaults - Get" (``monitoringSettings``). No recording of these was to be had: the forms are those of the specifications.
"""

from typing import Any

from sandbox.arm import errors, lookup
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.paths import same
from sandbox.arm.spec_monitoring import ActionGroupSpec, AlertRuleSpec
from sandbox.arm.world import World

ROUTES = Table()

HOME = "rg-responder-prod-weu"
SITE = "func-responder-prod-weu"

_RULES = "Microsoft.AlertsManagement/actionRules"
_GROUPS = "Microsoft.Insights/actionGroups"
_KEY = "c2FuZGJveC1rZXktb2YtdGhlLWZ1bmN0aW9u"  # an action group shows the key to whoever may read it


@ROUTES.on("GET", f"{lookup.SUB}/providers/{_RULES}", f"{_RULES}/read")
def list_rules(request: Request) -> Answer:
    """``alert_processing_rules.list_by_subscription``."""
    found = [_rule(world, rule) for world in request.worlds for rule in world.spec.monitoring.rules]
    return page(request, found)


@ROUTES.on("GET", f"{lookup.GROUP}/providers/{_GROUPS}/{{name}}", f"{_GROUPS}/read")
def get_group(request: Request) -> Answer:
    """``action_groups.get``."""
    if same(request.params["group"], HOME):
        for world in request.worlds:
            for group in world.spec.monitoring.action_groups:
                if same(group.name, request.params["name"]):
                    return Answer(200, _group(world, group))
    raise errors.no_resource(_GROUPS, request.params["name"], request.params["group"])


def settings(world: World) -> dict[str, Any]:
    """What a vault says of its alerts; nothing where it was made before it could."""
    on = world.spec.monitoring.job_alerts
    if on is None:
        return {}
    alerts = {
        "alertsForAllJobFailures": "Enabled" if on else "Disabled",
        "alertsForAllReplicationIssues": "Enabled",
        "alertsForAllFailoverIssues": "Enabled",
    }
    classic = {"alertsForCriticalOperations": "Disabled", "emailNotificationsForSiteRecovery": "Enabled"}
    return {"monitoringSettings": {"azureMonitorAlertSettings": alerts, "classicAlertSettings": classic}}


def _rule(world: World, rule: AlertRuleSpec) -> dict[str, Any]:
    added = [world.resource_id(HOME, "microsoft.insights/actionGroups", name) for name in rule.groups]
    add = {"actionType": "AddActionGroups", "actionGroupIds": added}
    properties: dict[str, Any] = {
        "scopes": [world.vault_id if scope == "vault" else scope for scope in rule.scopes],
        "conditions": list(rule.filters),
        "actions": [{"actionType": "RemoveAllActionGroups"} if rule.mutes else add],
        "description": "",
        "enabled": rule.enabled,
    }
    return {
        "id": world.resource_id(HOME, _RULES, rule.name),
        "type": _RULES,
        "name": rule.name,
        "location": "Global",
        "tags": {},
        "properties": properties | ({"schedule": rule.schedule} if rule.schedule else {}),
    }


def _group(world: World, group: ActionGroupSpec) -> dict[str, Any]:
    address = f"{world.app_url}/api/alerts" if group.calls == "app" else group.calls
    names = ["emailReceivers", "webhookReceivers", "azureFunctionReceivers", "logicAppReceivers", "eventHubReceivers"]
    receivers: dict[str, Any] = {name: [] for name in names}
    name, receiver = _receiver(world, group, f"{address}?code={_KEY}")
    receivers[name] = [receiver]
    return {
        "id": world.resource_id(HOME, _GROUPS, group.name),
        "type": _GROUPS,
        "name": group.name,
        "location": "global",
        "properties": {"groupShortName": "BackupResp", "enabled": group.enabled, **receivers},
    }


def _receiver(world: World, group: ActionGroupSpec, address: str) -> tuple[str, dict[str, Any]]:
    named = {"name": "backup-responder", "useCommonAlertSchema": True}
    if group.kind == "webhook":
        return "webhookReceivers", {**named, "serviceUri": address}
    if group.kind == "logic-app":
        flow = world.resource_id(HOME, "Microsoft.Logic/workflows", "logic-alerts")
        return "logicAppReceivers", {**named, "resourceId": flow, "callbackUrl": address}
    site = world.resource_id(HOME, "Microsoft.Web/sites", SITE if group.calls == "app" else "func-somebody")
    function = {"functionAppResourceId": site, "functionName": "receive_alert", "httpTriggerUrl": address}
    return "azureFunctionReceivers", {**named, **function}
