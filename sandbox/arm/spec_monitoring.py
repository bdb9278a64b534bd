"""What a scenario says of the way of its alerts: the vault's switch, alert processing rules, action groups."""

from typing import Any, Literal

from sandbox.arm.spec_machine import Spec


class AlertRuleSpec(Spec, frozen=True):
    """An alert processing rule. ``scopes``: ``vault`` is the world's. ``filters``: conditions as Azure writes them.

    ``groups``: names of the action groups that it adds; ``mutes``: it takes all of them away instead.
    """

    name: str = "apr-responder"
    enabled: bool = True
    scopes: tuple[str, ...] = ("vault",)
    filters: tuple[dict[str, Any], ...] = (
        {"field": "TargetResourceType", "operator": "Equals", "values": ["microsoft.recoveryservices/vaults"]},
        {"field": "AlertRuleName", "operator": "Equals", "values": ["Backup Failure"]},
        {"field": "MonitorCondition", "operator": "Equals", "values": ["Fired"]},
    )
    groups: tuple[str, ...] = ("ag-responder",)
    mutes: bool = False
    schedule: dict[str, Any] | None = None


class ActionGroupSpec(Spec, frozen=True):
    """An action group and its one receiver. ``calls``: ``app`` is the app under test, else an address."""

    name: str = "ag-responder"
    enabled: bool = True
    kind: Literal["function", "webhook", "logic-app"] = "function"
    calls: str = "app"


class MonitoringSpec(Spec, frozen=True):
    """``job_alerts``: whether the vault raises alerts for failed jobs; None: it does not say."""

    job_alerts: bool | None = True
    rules: tuple[AlertRuleSpec, ...] = (AlertRuleSpec(),)
    action_groups: tuple[ActionGroupSpec, ...] = (ActionGroupSpec(),)
