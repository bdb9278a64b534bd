"""Versions, times and quoted names: what every check leans on."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.checks import vm_exists
from playbooks.facts import agents, graph_jobs, options, times
from responder.azure.graph import quoted
from responder.azure.model import Agent
from responder.ids import ItemId, VaultId
from sandbox.arm.kql_words import Words
from tests.playbooks.checks.looking import cause

PARTS = st.lists(st.integers(0, 99999), min_size=2, max_size=4)


def dotted(parts: list[int]) -> str:
    return ".".join(str(part) for part in parts)


def padded(parts: list[int]) -> list[int]:
    return parts + [0] * (4 - len(parts))


@given(PARTS, PARTS)
def test_versions_are_compared_number_by_number(one: list[int], other: list[int]) -> None:
    assert agents.is_older(dotted(one), dotted(other)) is (padded(one) < padded(other))


@given(PARTS)
def test_what_stands_before_a_version_does_not_matter(parts: list[int]) -> None:
    assert agents.version(f"WALinuxAgent-{dotted(parts)}") == tuple(padded(parts))


@pytest.mark.parametrize("text", ["Unknown", "", None, "7"])
def test_what_is_no_version(text: str | None) -> None:
    assert agents.version(text) is None
    assert agents.is_older(text, "2.0") is None
    assert agents.is_older("2.0", text) is None


@pytest.mark.parametrize(
    "agent, good",
    [
        (Agent(display="Ready", version="2.9.1.1", message="Guest Agent is running"), True),
        (Agent(display="Ready", version="2.9.1.1"), True),
        (Agent(display="Ready", version="2.9.1.1", message="waiting for Network issue to be resolved."), False),
        (Agent(display="Ready", version="Unknown"), False),
        (Agent(display="Not Ready", version="2.9.1.1"), False),
        (None, False),
    ],
)
def test_a_ready_agent(agent: Agent | None, good: bool) -> None:
    assert agents.is_ready(agent) is good


ITEM = ItemId(
    vault=VaultId(subscription="s", group="g", name="v"),
    container="IaasVMContainer;iaasvmcontainerv2;g;vm",
    item="VM;iaasvmcontainerv2;g;vm",
)


@given(st.text())
def test_a_name_stays_one_literal_in_a_query(name: str) -> None:
    words = Words(f"resources | where name =~ {quoted(name)} | take 1")
    kinds = [words.take().kind for _ in range(9)]
    assert kinds == ["name", "operator", "name", "name", "operator", "text", "operator", "name", "number"]
    assert words.done


@given(st.text())
def test_queries_of_the_checks_hold_names_as_literals(name: str) -> None:
    assert quoted(name) in vm_exists.query(name)
    assert quoted(f"iaasvmcontainerv2;g;{name}") in graph_jobs.running(
        ItemId(vault=ITEM.vault, container=f"IaasVMContainer;{name}", item=f"VM;iaasvmcontainerv2;g;{name}")
    )


def test_a_container_is_looked_for_with_and_without_its_prefix() -> None:
    wanted = "('IaasVMContainer;iaasvmcontainerv2;g;vm', 'iaasvmcontainerv2;g;vm')"
    assert wanted in graph_jobs.running(ITEM)


def test_times_are_told_in_utc() -> None:
    moment = datetime(2026, 10, 6, 3, 12, 9, 7, tzinfo=timezone(timedelta(hours=2)))
    assert times.stamp(moment) == "2026-10-06 01:12 UTC"
    assert times.rfc3339(moment) == "2026-10-06T01:12:09Z"
    assert times.rfc3339(None) is None
    assert times.stamp(None) == "an unknown time"
    assert times.hours(datetime(2026, 1, 2, tzinfo=UTC) - datetime(2026, 1, 1, 18, 48, tzinfo=UTC)) == 5.2


def test_one_word_is_a_list_of_one() -> None:
    assert options.words(cause("any", states="Failed"), "states") == ["Failed"]
    assert options.words(cause("any"), "states", ("a", "b")) == ["a", "b"]
