"""Questions over many vaults: pages of Resource Graph, and how long a policy lets a VM be without a backup."""

from typing import Any

import pytest

from responder.azure.gateway import Gateway
from responder.azure.policies import policy_of
from responder.errors import Rejected
from tests.responder.azure.conftest import Sandbox


def gap(**schedule: Any) -> int | None:
    return policy_of({"id": "p", "properties": {"schedulePolicy": schedule}}).longest_gap_hours


@pytest.mark.parametrize(
    "days, hours",
    [
        (["Sunday"], 168),
        (["Monday", "Thursday"], 96),
        (["saturday", "Sunday"], 144),
        (["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], 72),
        ([], 168),
        (["Someday"], 168),
    ],
)
def test_a_weekly_policy_pauses_for_the_longest_run_of_days_without_a_backup(days: list[str], hours: int) -> None:
    assert gap(scheduleRunFrequency="Weekly", scheduleRunDays=days) == hours
    assert gap(scheduleRunFrequency="Weekly", weeklySchedule={"scheduleRunDays": days}) == hours


@pytest.mark.parametrize(
    "interval, window, hours", [(4, 12, 16), (4, 24, 4), (6, 24, 6), (8, 16, 16), (12, 24, 12), (4, None, 4)]
)
def test_an_hourly_policy_pauses_longest_outside_of_its_window(interval: int, window: int | None, hours: int) -> None:
    hourly = {"interval": interval, "scheduleWindowDuration": window}
    assert gap(scheduleRunFrequency="Hourly", hourlySchedule=hourly) == hours


def test_a_daily_policy_pauses_for_a_day_and_an_unknown_one_does_not_say() -> None:
    assert gap(scheduleRunFrequency="Daily", scheduleRunTimes=["2026-10-01T22:00:00Z"]) == 24
    assert gap(scheduleRunFrequency="Hourly") is None
    assert gap(scheduleRunFrequency="Yearly") is None
    assert gap() is None


def test_pages_of_resource_graph_hold_every_row_once(sandbox: Sandbox) -> None:
    subscription = sandbox.vault.subscription
    kql = "resources | order by id asc | project id"
    every = [row["id"] for row in sandbox.gateway.query_all([subscription], kql)]
    found, token = list[str](), None
    while True:
        page = sandbox.gateway.query_page([subscription], kql, token, 2)
        assert len(page.rows) <= 2
        found += [row["id"] for row in page.rows]
        token = page.token
        if token is None:
            break
    assert found == every
    assert len(every) > 4


def test_no_subscription_is_none_and_not_all(sandbox: Sandbox) -> None:
    assert sandbox.gateway.query_all([], "resources | project id") == []
    assert sandbox.cloud.calls == []


def test_the_vaults_of_a_subscription_are_listed(sandbox: Sandbox) -> None:
    (vault,) = sandbox.gateway.vaults(sandbox.vault.subscription)
    assert str(vault).lower() == str(sandbox.vault).lower()


@pytest.mark.parametrize("name", ["..", "a/b", ""])
def test_what_is_no_subscription_is_not_asked_for(gateway: Gateway, name: str) -> None:
    with pytest.raises(Rejected):
        gateway.vaults(name)
