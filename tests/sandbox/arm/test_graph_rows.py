"""Rows of backups in Resource Graph: items, policies, jobs; their age; and that narrowing down is not seen."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.arm import build_world
from sandbox.arm.graph_rows import backups, resources
from sandbox.arm.kql import Rows, run
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, CONTAINER, ITEM, START, SUB, VAULT, VM, Direct

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
TABLE = "recoveryservicesresources"
JOBS = f"{TABLE} | where type =~ 'microsoft.recoveryservices/vaults/backupjobs'"
ITEMS = f"{TABLE} | where type =~ 'microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems'"
POLICIES = f"{TABLE} | where type =~ 'microsoft.recoveryservices/vaults/backuppolicies'"


def _rows(cloud: Direct, query: str) -> list[dict[str, Any]]:
    answer = cloud.ask("POST", GRAPH, {"query": query})
    assert answer.status == 200, answer
    rows: list[dict[str, Any]] = answer.body["data"]
    return rows


def test_the_row_of_a_protected_item(cloud: Direct) -> None:
    (row,) = _rows(cloud, f"{ITEMS} | where properties.sourceResourceId =~ '{VM.upper()}'")
    assert (row["id"], row["name"], row["resourceGroup"]) == (ITEM, f"VM;{CONTAINER}", "rg-backup-prod-weu")
    properties = row["properties"]
    assert properties["policyId"] == f"{VAULT}/backupPolicies/DefaultPolicy"
    assert (properties["lastBackupStatus"], properties["protectionState"]) == ("Failed", "Protected")
    rest = cloud.get(ITEM)["properties"]
    assert {**rest, "policyId": properties["policyId"]} == properties
    assert {"virtualMachineId", "lastBackupTime", "policyName", "backupManagementType", "healthDetails"} <= set(rest)


def test_an_item_that_was_deleted_has_no_row_and_a_soft_deleted_one_says_so(make: Make) -> None:
    assert len(_rows(make(item={"exists": False}), ITEMS)) == 2
    (row,) = _rows(make(item={"soft_deleted": True}), f"{ITEMS} and name =~ 'vm;{CONTAINER}'")
    assert row["properties"]["isScheduledForDeferredDelete"] is True


@pytest.mark.parametrize(
    "policy, schedule",
    [
        ({}, {"schedulePolicyType": "SimpleSchedulePolicy", "scheduleRunFrequency": "Daily"}),
        ({"type": "V2", "every_hours": 4}, {"scheduleRunFrequency": "Hourly"}),
    ],
)
def test_the_row_of_a_policy(make: Make, policy: dict[str, object], schedule: dict[str, str]) -> None:
    cloud = make(policy=policy)
    (row,) = _rows(cloud, POLICIES)
    assert (row["id"], row["name"]) == (f"{VAULT}/backupPolicies/DefaultPolicy", "DefaultPolicy")
    assert schedule.items() <= row["properties"]["schedulePolicy"].items()
    assert row["properties"] == cloud.get(row["id"])["properties"]


@pytest.mark.parametrize(
    "denied, query",
    [
        ("Microsoft.RecoveryServices/Vaults/backupFabrics/protectionContainers/protectedItems/read", ITEMS),
        ("Microsoft.RecoveryServices/Vaults/backupPolicies/read", POLICIES),
    ],
)
def test_rows_that_may_not_be_read_are_left_out(make: Make, denied: str, query: str) -> None:
    assert _rows(make(), query)
    cloud = make(rbac={"deny": [denied]})
    assert _rows(cloud, query) == []
    assert _rows(cloud, JOBS)


def test_more_than_a_thousand_rows_are_paged(make: Make) -> None:
    cloud = make(fleet={"count": 600, "nights": 1})
    first = cloud.ask("POST", GRAPH, {"query": f"{JOBS} | order by name asc"}).body
    assert (first["count"], first["totalRecords"], first["$skipToken"]) == (1000, 1203, "1000")
    options = {"$skipToken": first["$skipToken"]}
    rest = cloud.ask("POST", GRAPH, {"query": f"{JOBS} | order by name asc", "options": options}).body
    assert (rest["count"], "$skipToken" in rest) == (203, False)
    names = [row["name"] for row in (*first["data"], *rest["data"])]
    assert names == sorted({job.id for job in cloud.cloud.world.jobs})


def test_the_graph_is_as_old_as_the_world_says(make: Make) -> None:
    cloud = make(graph_lag_minutes=30, failed_job={"hours_ago": 0.25, "minutes": 10}, past_jobs=[{"hours_ago": 25}])
    mine = f"{JOBS} | where properties.containerName =~ 'IaasVMContainer;{CONTAINER}'"
    item = f"{ITEMS} | where name =~ 'VM;{CONTAINER}' | project properties.lastBackupStatus"
    assert [row["properties"]["status"] for row in _rows(cloud, mine)] == ["Completed"]
    assert _rows(cloud, item) == [{"properties_lastBackupStatus": "Completed"}]
    cloud.wait(minutes=17)
    (running,) = (row for row in _rows(cloud, mine) if row["properties"]["status"] != "Completed")
    assert running["properties"]["status"] == "InProgress"
    assert "errorDetails" not in running["properties"]
    cloud.wait(minutes=10)
    assert "Failed" in [row["properties"]["status"] for row in _rows(cloud, mine)]
    assert _rows(cloud, item) == [{"properties_lastBackupStatus": "Failed"}]


def test_without_lag_a_job_is_there_at_once(cloud: Direct) -> None:
    cloud.ask("POST", f"{ITEM}/backup", BACKUP)
    cloud.wait(seconds=11)
    assert "InProgress" in [row["properties"]["status"] for row in _rows(cloud, JOBS)]


WORLD = build_world(
    {"fleet": {"count": 5, "groups": 2}, "other_vault": {}, "past_jobs": [{"hours_ago": 30}], "sql_item": True}, START
)
FAILED = WORLD.fleet[2]
ATOMS = [
    "type =~ 'Microsoft.RecoveryServices/vaults/backupJobs'",
    "type =~ 'microsoft.recoveryservices/vaults/backuppolicies'",
    f"name in~ ('{FAILED.id}', 'other')",
    f"name == '{FAILED.id.upper()}'",
    f"tolower(id) == '{ITEM.lower()}'",
    f"id =~ '{VAULT}/backupJobs/{FAILED.id}'",
    f"tostring(properties.containerName) in~ ('IaasVMContainer;{FAILED.item.container}', '{CONTAINER}')",
    f"properties.backupInstanceId =~ '{ITEM}'",
    "properties.status == 'Failed'",
    "properties.status =~ 'inprogress'",
    "properties.operation == 'Backup'",
    "properties.backupManagementType == 'AzureWorkload'",
    f"properties.sourceResourceId =~ '{VM}'",
    f"toupper(properties.virtualMachineId) == '{FAILED.item.machine.id.upper()}'",
    "properties.friendlyName == 'vm-0003'",
    "properties.nothing == 'x'",
]
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: (
        st.builds(lambda one, word, other: f"({one} {word} {other})", inner, st.sampled_from(["and", "or"]), inner)
        | inner.map(lambda one: f"not({one})")
    ),
    max_leaves=4,
)
EXTRAS = st.sampled_from(
    ["", "| extend name = 'other' ", "| project id, name = 'other', type, properties ", "| take 2 "]
)


@example(["isnotempty(id)", ATOMS[2]], "| extend name = 'other' ")
@example(["isnotempty(id)", ATOMS[2]], "| project id, name = 'other', type, properties ")
@example(["isnotempty(id)", ATOMS[2]], "| take 2 ")
@given(st.lists(CONDITIONS, min_size=1, max_size=3), EXTRAS)
def test_narrowing_down_never_changes_an_answer(conditions: list[str], extra: str) -> None:
    query = f"T | where {conditions[0]} {extra}" + "".join(f"| where {condition} " for condition in conditions[1:])
    later = START + timedelta(minutes=1)
    everything = [dict(row) for row in backups([WORLD], later, {})]
    assert run(query, {"t": lambda facts: backups([WORLD], later, facts)}, later) == run(
        query, {"t": lambda _facts: everything}, later
    )


def test_the_other_table_is_narrowed_down_too() -> None:
    asked: list[Rows] = []

    def table(facts: Any) -> Rows:
        asked.append(resources([WORLD], START, facts))
        return asked[-1]

    machine = FAILED.item.machine
    query = f"resources | where type =~ 'microsoft.compute/virtualmachines' | where name =~ '{machine.name.upper()}'"
    assert [row["id"] for row in run(query, {"resources": table}, START)] == [machine.id]
    source = f"resources | where properties.source.id =~ '{machine.id}' and type has 'restorePointCollections'"
    assert [row["id"] for row in run(source, {"resources": table}, START)] == [FAILED.item.collection_id]
    assert len(asked[0]) == 1
    assert {row["type"] for row in asked[1]} == {
        "microsoft.compute/restorepointcollections",
        "microsoft.compute/virtualmachines",
        "microsoft.recoveryservices/vaults",
    }
    assert all(row["id"].startswith(SUB) for row in asked[1])
