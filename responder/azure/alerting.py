"""How alerts of a vault reach somebody: its own switch, alert processing rules, action groups.

Sources: Azure REST API reference, "Vaults - Get" (``monitoringSettings``), "Alert Processing Rules - List By
Subscription" (API 2021-08-08), "Action Groups - Get" (API 2023-01-01); Microsoft Learn, "Alert processing rules".
Nothing of this was asked of a live subscription.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from responder.azure import places
from responder.azure.calls import Calls, identity
from responder.azure.translate import translated
from responder.dig import dig, flag, rows, text, texts
from responder.ids import VaultId
from responder.wire import Wire

_RULES_API = "2021-08-08"
_GROUPS_API = "2023-01-01"
_GROUP = "Microsoft.Insights/actionGroups"


class Filter(Wire):
    """A condition of a rule, such as ``AlertRuleName Equals ["Backup Failure"]``."""

    field: str
    operator: str
    values: list[str]


class AlertRule(Wire):
    """An alert processing rule.

    Attributes:
        adds: ids of the action groups that it adds to an alert.
        mutes: whether it takes all action groups away.
        begins, ends: local times of its schedule, of a zone that its name alone does not tell.
        at_times: whether it acts at certain hours or days alone.
    """

    id: str
    enabled: bool
    scopes: list[str]
    filters: list[Filter]
    adds: list[str]
    mutes: bool
    begins: str | None
    ends: str | None
    at_times: bool


class Receiver(Wire):
    """Whom an action group calls: ``host`` of an HTTP address (never more of it: it holds a key), ``app``: its ARM id.

    ``carries``: it may lead to anybody, such as a logic app or an event hub.
    """

    host: str | None = None
    app: str | None = None
    carries: bool = False


class ActionGroup(Wire):
    """An action group, and all whom it calls by machine."""

    id: str
    enabled: bool
    receivers: list[Receiver]


class Alerting(Calls):
    """The way of an alert. Every method raises `ArmError`s."""

    @translated
    def job_alerts(self, vault: VaultId) -> bool | None:
        """Whether a vault raises an alert for each failed job; None if it does not say."""
        row = self._ask(vault.subscription, places.vault_path(vault), places.VAULT_API)
        said = text(row, "properties", "monitoringSettings", "azureMonitorAlertSettings", "alertsForAllJobFailures")
        return None if said is None else said.lower() == "enabled"

    @translated
    def alert_rules(self, subscription: str) -> list[AlertRule]:
        """All alert processing rules of a subscription; none of another one acts on its alerts."""
        path = places.path("subscriptions", subscription, "providers", "Microsoft.AlertsManagement", "actionRules")
        return [rule_of(row) for row in self._pages(subscription, path, _RULES_API)]

    @translated
    def action_group(self, group_id: str) -> ActionGroup:
        """An action group."""
        place = places.resource(group_id, _GROUP)
        return group_of(self._ask(place.subscription, places.path_of(place), _GROUPS_API))


def rule_of(row: object) -> AlertRule:
    """A rule from its JSON; one that does not say so is enabled, as the service's default is."""
    known = dig(row, "properties")
    actions = rows(known, "actions")
    return AlertRule(
        id=identity(row),
        enabled=flag(known, "enabled") is not False,
        scopes=texts(known, "scopes"),
        filters=[
            Filter(field=text(each, "field") or "", operator=text(each, "operator") or "", values=texts(each, "values"))
            for each in rows(known, "conditions")
        ],
        adds=[group for action in actions for group in texts(action, "actionGroupIds")],
        mutes=any(text(action, "actionType") == "RemoveAllActionGroups" for action in actions),
        begins=text(known, "schedule", "effectiveFrom"),
        ends=text(known, "schedule", "effectiveUntil"),
        at_times=bool(rows(known, "schedule", "recurrences")),
    )


def group_of(row: object) -> ActionGroup:
    """An action group from its JSON; one that does not say so is enabled."""
    known = dig(row, "properties")
    return ActionGroup(id=identity(row), enabled=flag(known, "enabled") is not False, receivers=list(_receivers(known)))


def _receivers(known: object) -> Iterator[Receiver]:
    for each in rows(known, "webhookReceivers"):
        yield Receiver(host=_host(text(each, "serviceUri")))
    for each in rows(known, "azureFunctionReceivers"):
        yield Receiver(host=_host(text(each, "httpTriggerUrl")), app=text(each, "functionAppResourceId"))
    for kind in ("logicAppReceivers", "eventHubReceivers", "automationRunbookReceivers"):
        yield from (Receiver(carries=True) for _ in rows(known, kind))


def _host(address: str | None) -> str | None:
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None
