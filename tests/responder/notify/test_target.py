"""What a target wants to be told: each part of its filter, and all of them together."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from responder.incident import FailedBackup, Incident, Outcome
from responder.notify.audience import wants
from responder.notify.target import Format, Target

SUBSCRIPTION = "d3a5f0c2-1111-4222-8333-944455556666"
VAULT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/rsv-1"
AT = datetime(2026, 11, 2, tzinfo=UTC)
ENDED = Incident(
    id="inc-1",
    state="ended",
    outcome=Outcome.FAILED,
    failure=FailedBackup(source="builtin-alert", vault_id=VAULT, severity="Sev2"),
    vault=VAULT,
    tags={"Env": "prod", "team": "red"},
    opened_at=AT,
    ended_at=AT,
)
OTHER = "0b1c2d3e-1111-4222-8333-944455556666"


def target(**wanted: Any) -> Target:
    return Target(name="ops", kind=Format.JSON, url="https://hooks.example/", **wanted)


@pytest.mark.parametrize(
    "wanted,expected",
    [
        ({}, True),
        ({"outcomes": (Outcome.FAILED, Outcome.EXPIRED)}, True),
        ({"outcomes": (Outcome.RESOLVED,)}, False),
        ({"severities": ("sev2",)}, True),
        ({"severities": ("Sev1",)}, False),
        ({"vaults": ("RSV-1",)}, True),
        ({"vaults": (VAULT.upper(),)}, True),
        ({"vaults": ("rsv-2", "rsv")}, False),
        ({"subscriptions": (SUBSCRIPTION,)}, True),
        ({"subscriptions": (OTHER,)}, False),
        ({"tags": {"env": "prod"}}, True),
        ({"tags": {"env": "prod", "TEAM": "*"}}, True),
        ({"tags": {"env": "Prod"}}, False),
        ({"tags": {"env": "prod", "cost": "*"}}, False),
        ({"outcomes": (Outcome.FAILED,), "vaults": ("rsv-2",)}, False),
    ],
)
def test_a_filter_takes_what_fits_all_of_its_parts(wanted: dict[str, Any], expected: bool) -> None:
    assert wants(target(**wanted), ENDED) is expected


def test_what_no_alert_told_of_counts_as_the_built_in_alert() -> None:
    swept = replace(ENDED, failure=FailedBackup(source="sweep", vault_id=VAULT))
    assert wants(target(severities=("Sev1",)), swept)
    assert not wants(target(severities=("Sev2",)), swept)


@pytest.mark.parametrize("wanted", [{"vaults": ("rsv-1",)}, {"subscriptions": (OTHER,)}, {"tags": {"env": "*"}}])
def test_what_was_not_understood_fits_no_place(wanted: dict[str, Any]) -> None:
    unknown = Incident(id="inc-2", state="ended", failure=FailedBackup(source="unknown"), opened_at=AT)
    assert not wants(target(**wanted), unknown)
    assert wants(target(), unknown)


def test_a_request_for_a_decision_has_no_outcome_and_goes_where_decisions_are_wanted() -> None:
    waiting = replace(ENDED, state="waiting-for-approval", outcome=None, ended_at=None)
    assert wants(target(outcomes=(Outcome.RESOLVED,)), waiting, approval=True)
    assert not wants(target(approvals=False), waiting, approval=True)
    assert not wants(target(vaults=("rsv-2",)), waiting, approval=True)


def test_an_address_does_not_show_itself() -> None:
    assert "hooks" not in target().address
