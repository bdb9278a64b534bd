"""Resource Graph: its tables, and the part of the query language that the simulator knows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.arm.exchange import Answer
from sandbox.arm.kql import run
from sandbox.arm.kql_words import InvalidQuery
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import CONTAINER, ITEM, SUB, VAULT, VM, Direct, code

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
JOBS = "recoveryservicesresources | where type =~ 'Microsoft.RecoveryServices/vaults/backupJobs'"
OTHER = f"{SUB}/resourceGroups/rg-backup-old-weu/providers/Microsoft.RecoveryServices/vaults/rsv-old-weu-01"
NOW = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)
COLUMNS = {
    *("id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy"),
    *("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation"),
}


def _ask(cloud: Direct, query: str, **body: object) -> Answer:
    return cloud.ask("POST", GRAPH, {"subscriptions": [SUB.rsplit("/", 1)[1]], "query": query, **body})


def _rows(cloud: Direct, query: str, **body: object) -> list[dict[str, Any]]:
    answer = _ask(cloud, query, **body)
    assert answer.status == 200, answer
    rows: list[dict[str, Any]] = answer.body["data"]
    return rows


def test_the_envelope_of_an_answer(cloud: Direct) -> None:
    answer = _ask(cloud, JOBS)
    rows = answer.body["data"]
    assert answer.body == {
        "totalRecords": 3,
        "count": 3,
        "data": rows,
        "facets": [],
        "resultTruncated": "false",
    }
    assert answer.headers["x-ms-user-quota-remaining"] == "14"
    assert answer.headers["x-ms-user-quota-resets-after"] == "00:00:05"
    assert cloud.cloud.mutations == []


def test_the_row_of_a_failed_job(make: Make) -> None:
    cloud = make(failed_job={"code": "UserErrorGuestAgentStatusUnavailable"})
    (row,) = _rows(cloud, f"{JOBS} and properties.status == 'Failed'")
    assert row.keys() == COLUMNS
    assert row["id"] == f"{VAULT}/backupJobs/{row['name']}"
    assert row["type"] == "microsoft.recoveryservices/vaults/backupjobs"
    assert row["resourceGroup"] == "rg-backup-prod-weu"
    properties = row["properties"]
    assert properties["containerName"] == f"IaasVMContainer;{CONTAINER}"
    assert properties["backupInstanceId"] == ITEM
    assert (properties["operation"], properties["isUserTriggered"]) == ("Backup", False)
    assert properties["errorDetails"][0]["errorTitle"] == "UserErrorGuestAgentStatusUnavailable"
    assert {"entityFriendlyName", "startTime", "endTime", "duration", "activityId"} <= properties.keys()


def test_a_job_that_a_person_started(cloud: Direct) -> None:
    job = cloud.start_backup()
    (row,) = _rows(cloud, f"{JOBS} | where tostring(properties.isUserTriggered) == 'true'")
    assert (row["name"], row["properties"]["status"]) == (job, "InProgress")
    assert "endTime" not in row["properties"]


def test_jobs_are_kept_for_fourteen_days(cloud: Direct) -> None:
    cloud.wait(days=13)
    assert len(_rows(cloud, JOBS)) == 3
    cloud.wait(days=1)
    assert _rows(cloud, JOBS) == []


def test_the_job_of_another_vault(make: Make) -> None:
    cloud = make(other_vault={"minutes_ago": 60, "ends_after_minutes": 90})
    running = f"{JOBS} | where properties.status == 'InProgress' | project id, properties.containerName"
    (row,) = _rows(cloud, running)
    assert row["id"].startswith(f"{OTHER}/backupJobs/")
    assert row["properties_containerName"] == f"IaasVMContainer;{CONTAINER}"
    cloud.wait(minutes=30)
    assert _rows(cloud, running) == []
    assert len(_rows(cloud, f"{JOBS} | where id startswith '{OTHER}' and properties.status == 'Completed'")) == 1


def test_the_resources_of_the_subscription(make: Make) -> None:
    cloud = make(other_vault={})
    rows = _rows(cloud, "Resources | project id, type, resourceGroup | order by type asc")
    assert [row["type"] for row in rows] == [
        *["microsoft.compute/restorepointcollections"] * 3,
        *["microsoft.compute/virtualmachines"] * 3,
        *["microsoft.recoveryservices/vaults"] * 2,
    ]
    assert {row["resourceGroup"] for row in rows if "vaults" in row["type"]} == {
        "rg-backup-prod-weu",
        "rg-backup-old-weu",
    }
    assert VM in {row["id"] for row in rows}
    assert OTHER in {row["id"] for row in rows}


def test_a_collection_names_its_vm(cloud: Direct) -> None:
    query = f"resources | where type has 'restorePointCollections' | where properties.source.id =~ '{VM.upper()}'"
    (row,) = _rows(cloud, query)
    assert (row["id"], row["resourceGroup"]) == (cloud.collection, "azurebackuprg_westeurope_1")


def test_a_vm_that_moved(make: Make) -> None:
    cloud = make(vm={"exists": False, "moved_to": "rg-app-new-weu"})
    query = (
        "resources | where type =~ 'microsoft.compute/virtualmachines' and name =~ 'VM-APP-01' | project id, location"
    )
    (row,) = _rows(cloud, query)
    assert row == {"id": VM.replace("rg-app-prod-weu", "rg-app-new-weu"), "location": "westeurope"}


def test_rows_that_the_identity_may_not_read_are_left_out(make: Make) -> None:
    cloud = make(rbac={"deny": ["Microsoft.Compute/virtualMachines/read"]})
    assert not _rows(cloud, "resources | where type =~ 'microsoft.compute/virtualmachines'")
    assert _rows(cloud, "resources")
    assert not _rows(make(rbac={"deny": ["Microsoft.RecoveryServices/Vaults/backupJobs/read"]}), JOBS)


def test_pages(cloud: Direct) -> None:
    first = _ask(cloud, JOBS, options={"$top": 2}).body
    assert (first["count"], first["totalRecords"], first["$skipToken"]) == (2, 3, "2")
    second = _ask(cloud, JOBS, options={"$top": 2, "$skipToken": "2"}).body
    assert (second["count"], "$skipToken" in second) == (1, False)


@pytest.mark.parametrize("body", [None, {}, {"query": 5}, {"query": "resources", "options": "x"}])
def test_the_body_must_have_a_query(cloud: Direct, body: object) -> None:
    assert cloud.ask("POST", GRAPH, body).status == 400


def test_the_subscription_must_be_one_that_the_identity_sees(cloud: Direct) -> None:
    answer = cloud.ask("POST", GRAPH, {"query": "resources", "subscriptions": ["0"]})
    assert (answer.status, code(answer)) == (400, "BadRequest")
    assert answer.body["error"]["details"][0]["code"] == "NoValidSubscriptionsInQueryRequest"
    assert cloud.ask("POST", GRAPH, {"query": "resources"}).status == 200


def test_fifteen_queries_in_five_seconds(cloud: Direct) -> None:
    assert [_ask(cloud, "resources | take 1").status for _ in range(16)] == [200] * 15 + [429]
    refused = _ask(cloud, "resources")
    assert (code(refused), refused.headers["Retry-After"]) == ("RateLimiting", "6")
    cloud.wait(seconds=6)
    assert _ask(cloud, "resources").status == 200


@pytest.mark.parametrize(
    "query, reason",
    [
        ("nothing | take 1", {"code": "DisallowedLogicalTableName"}),
        (
            "resources | summarize count()",
            {"code": "ParserFailure", "token": "summarize", "characterPositionInLine": 12},
        ),
        ("resources | where", {"code": "ParserFailure", "token": "<EOF>"}),
        ("resources\n| where name = 'x'", {"token": "=", "line": 2, "characterPositionInLine": 13}),
        ("resources | where name == 'x", {"token": "'"}),
        ("resources | where strlen(name) == 1", {"code": "UnknownFunction", "message": "Unknown function: 'strlen'."}),
        ("resources | where nome == 1", {"message": "Failed to resolve scalar expression named 'nome'"}),
        ("resources | take name", {"token": "name"}),
        ("resources | project-away name", {"token": "project-away"}),
        ("resources | where name in ()", {"token": ")"}),
        ("resources name", {"token": "name"}),
        ("resources | where split(name) == 'x'", {"code": "InvalidArgumentCount"}),
        ("resources | where tolower(name, 'x') == 'x'", {"code": "InvalidArgumentCount"}),
        ("resources | summarize arg_max(name, id) by type", {"token": "id"}),
        ("resources | summarize arg_max(name, *)", {"token": "<EOF>"}),
    ],
)
def test_an_unknown_word_is_refused_by_name(cloud: Direct, query: str, reason: dict[str, object]) -> None:
    answer = _ask(cloud, query)
    assert (answer.status, code(answer)) == (400, "BadRequest")
    invalid, details = answer.body["error"]["details"]
    assert invalid["code"] == "InvalidQuery"
    assert reason.items() <= details.items()


TABLE = [
    {"n": 1, "name": "Alpha one", "p": {"at": "2026-11-02T14:00:00Z", "list": [{"k": "v"}]}, "none": None},
    {"n": 2, "name": "beta", "p": {"at": "2026-11-02T13:00:00.1234567Z", "list": []}, "none": None},
    {"n": 3, "name": "Gamma", "p": {"at": None, "flag": True}, "none": None},
]


def _names(query: str) -> list[object]:
    return [row["n"] for row in run(f"T {query}", {"t": lambda _facts: [dict(row) for row in TABLE]}, NOW)]


@pytest.mark.parametrize(
    "condition, selected",
    [
        ("name == 'beta'", [2]),
        ("name == 'BETA'", []),
        ("name =~ 'BETA'", [2]),
        ("name != 'beta'", [1, 3]),
        ("name !~ 'BETA'", [1, 3]),
        ("name in ('beta', 'gamma')", [2]),
        ("name in~ ('beta', \"gamma\")", [2, 3]),
        ("name !in~ ('beta', 'gamma')", [1]),
        ("name has 'ONE'", [1]),
        ("name has 'on'", []),
        ("name !has 'one'", [2, 3]),
        ("name contains 'ON'", [1]),
        ("name !contains 'a'", []),
        ("name startswith 'al'", [1]),
        ("name endswith 'MA'", [3]),
        ("n > 1", [2, 3]),
        ("n >= 2 and n < 3", [2]),
        ("n == 1 or n == 3", [1, 3]),
        ("n == 1 or n == 2 and name == 'x'", [1]),
        ("(n == 1 or n == 2) and name == 'beta'", [2]),
        ("not(n == 1)", [2, 3]),
        ("n > 'x'", []),
        ("none > 1", []),
        ("p.flag == true", [3]),
        ("tostring(p.flag) == 'true'", [3]),
        ("p.list[0].k == 'v'", [1]),
        ("p['list'][0]['k'] == 'v'", [1]),
        ("todatetime(p.at) > ago(1h)", [1]),
        ("todatetime(p.at) >= datetime('2026-11-02T13:00:00Z') and todatetime(p.at) < now()", [1, 2]),
        ("isempty(p.at)", [3]),
        ("isnotempty(tolower(p.at))", [1, 2]),
        ("isnull(p.list)", [3]),
        ("isnotnull(p.list) // the rest is a comment", [1, 2]),
        ("name == 'it\\'s'", []),
        ("toupper(name) == 'GAMMA'", [3]),
        ("strcat(name, '-', n) == 'beta-2'", [2]),
        ("split(name, ' ')[1] == 'one'", [1]),
        ("tostring(split(name, 'm')[0]) == 'Ga'", [3]),
        ("split(name, '')[0] == 'beta'", [2]),
        ("todatetime(p.at) >= datetime(2026-11-02T14:00:00Z)", [1]),
        ("todatetime(p.at) >= datetime(2026-11-02)", [1, 2]),
    ],
)
def test_conditions(condition: str, selected: list[int]) -> None:
    assert _names(f"| where {condition}") == selected


def test_order_and_take() -> None:
    assert _names("| order by n") == [3, 2, 1]
    assert _names("| sort by todatetime(p.at) asc | limit 2") == [3, 2]
    assert _names("| extend kind = isnull(p.flag) | order by kind asc, n desc | take 2") == [3, 2]


def test_the_greatest_of_each_group() -> None:
    assert _names("| extend bare = isnull(p.flag) | summarize arg_max(n, *) by bare | order by n asc") == [2, 3]
    assert _names("| summarize arg_max(todatetime(p.at), *) by kind = isnull(p.list)") == [3, 1]


def test_project_and_extend() -> None:
    rows = {"t": lambda _facts: [dict(TABLE[0])]}
    query = "T | extend at = todatetime(p.at) | project n, label = tolower(name), at, p.list[0].k, tostring(p.at)"
    assert run(query, rows, NOW) == [
        {
            "n": 1,
            "label": "alpha one",
            "at": "2026-11-02T14:00:00Z",
            "p_list_0_k": "v",
            "p_at": "2026-11-02T14:00:00Z",
        }
    ]


def test_a_wrong_word_is_told_even_without_rows() -> None:
    with pytest.raises(InvalidQuery, match="mv-expand"):
        run("T | where n == 1 | mv-expand p", {"t": lambda _facts: []}, NOW)
