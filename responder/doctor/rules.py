"""Whether an alert processing rule acts on the Backup Failure alert of a vault.

Source: Microsoft Learn, "Alert processing rules": all conditions must be met, one of a condition's values is enough (of
a negative one none may fit); a schedule counts in its own time zone. The alert's facts are those of
``responder.intake.builtin_alert``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from responder.azure.alerting import AlertRule, Filter
from responder.dig import moment
from responder.ids import VaultId, within

# A schedule's times are those of a zone that Windows names. What is this much over is over in every zone.
_ANY_ZONE = timedelta(hours=14)

_ALERT: Mapping[str, tuple[str, ...]] = {
    "alertrulename": ("backup failure",),
    "monitorcondition": ("fired",),
    "monitorservice": ("azure backup", "azurebackup"),
    "severity": ("sev1",),
    "signaltype": ("log",),
    "targetresourcetype": ("microsoft.recoveryservices/vaults",),
}

_Test = Callable[[str, str], bool]


def _equals(fact: str, value: str) -> bool:
    return fact == value


def _contains(fact: str, value: str) -> bool:
    return value in fact


_OPERATORS: Mapping[str, tuple[_Test, bool]] = {
    "equals": (_equals, True),
    "notequals": (_equals, False),
    "contains": (_contains, True),
    "doesnotcontain": (_contains, False),
}


def covers(rule: AlertRule, vault: VaultId) -> bool:
    """Whether the vault is in the rule's scope, by its id, its group or its subscription."""
    return any(within(scope, str(vault)) for scope in rule.scopes)


def passes(rule: AlertRule, vault: VaultId) -> bool | None:
    """Whether the rule's filters let the alert through; None if that depends on what is not known beforehand."""
    verdicts = [_verdict(each, vault) for each in rule.filters]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def is_over(rule: AlertRule, now: datetime) -> bool:
    """Whether the rule's schedule has ended, or has not begun, in every time zone."""
    begins, ends = moment(rule.begins), moment(rule.ends)
    return bool((ends and ends + _ANY_ZONE < now) or (begins and begins - _ANY_ZONE > now))


def _verdict(condition: Filter, vault: VaultId) -> bool | None:
    facts = _facts(condition.field.lower(), vault)
    test, wanted = _OPERATORS.get(condition.operator.lower(), (None, True))
    if facts is None or test is None:
        return None
    return _any(test, facts, condition.values) is wanted


def _facts(field: str, vault: VaultId) -> tuple[str, ...] | None:
    if field == "targetresource":
        return (str(vault).lower(),)
    if field == "targetresourcegroup":
        return (f"/subscriptions/{vault.subscription}/resourcegroups/{vault.group}".lower(), vault.group.lower())
    return _ALERT.get(field)


def _any(test: _Test, facts: Iterable[str], values: Iterable[str]) -> bool:
    return any(test(fact, value.lower().rstrip("/")) for fact in facts for value in values)
