"""A fleet: its items, jobs, collections and locks, and what is wrong with each VM."""

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.arm import ROUTES, build_world, over_vaults
from sandbox.arm.backup_ids import item_id
from sandbox.arm.world import World
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, START, VAULT, Direct

SILENT = {"code": "UserErrorGuestAgentStatusUnavailable", "vm": {"agent": {"state": "not-ready"}}, "points": 2}
LOCKED = {"lock": "CanNotDelete", "points": 18}
PLAIN = {"code": "BackUpOperationFailed"}
FLEET = {"count": 9, "codes": [LOCKED, SILENT, PLAIN], "spread_minutes": 40, "nights": 2, "groups": 2}


@pytest.fixture
def cloud(make: Make) -> Direct:
    return make(fleet=FLEET)


def test_codes_are_dealt_out_in_turn(cloud: Direct) -> None:
    jobs = cloud.cloud.world.fleet
    assert [job.failure.code for job in jobs if job.failure] == [
        "UserErrorRpCollectionLimitReached",
        SILENT["code"],
        PLAIN["code"],
    ] * 3
    assert [job.item.machine.name for job in jobs] == [f"vm-000{number}" for number in range(1, 10)]
    assert {job.item.machine.group for job in jobs} == {"rg-fleet-01", "rg-fleet-02"}
    assert cloud.get(jobs[0].item.machine.id)["name"] == "vm-0001"


def test_their_jobs_ended_within_the_span(cloud: Direct) -> None:
    ends = [job.ends for job in cloud.cloud.world.fleet]
    assert ends == sorted(ends)
    assert ends[-1] == START
    assert START - timedelta(minutes=40) < ends[0] < START - timedelta(minutes=30)


def test_each_has_a_failed_job_and_good_nights_before(cloud: Direct) -> None:
    rows = cloud.rows(f"{VAULT}/backupJobs")
    mine = [row["properties"] for row in rows if row["properties"]["entityFriendlyName"] == "vm-0002"]
    assert [job["status"] for job in mine] == ["Failed", "Completed", "Completed"]
    assert mine[0]["errorDetails"][0]["errorTitle"] == SILENT["code"]


def test_the_subject_is_still_there(cloud: Direct) -> None:
    world = cloud.cloud.world
    assert world.failed_job
    assert world.failed_job not in world.fleet
    assert cloud.job(world.failed_job.id)["entityFriendlyName"] == "vm-app-01"
    assert len(world.items) == 3 + 9


def test_points_and_locks_are_each_ones_own(cloud: Direct) -> None:
    locked, silent, plain, *_ = (job.item for job in cloud.cloud.world.fleet)
    found = [cloud.get(item.collection_id, **{"$expand": "restorePoints"}) for item in (locked, silent, plain)]
    assert [len(body["properties"]["restorePoints"]) for body in found] == [18, 2, 3]
    assert [lock.scope for lock in cloud.cloud.world.locks] == [
        job.item.collection_id for job in cloud.cloud.world.fleet[::3]
    ]
    assert cloud.ask("DELETE", locked.collection_id).status == 409
    assert cloud.ask("DELETE", plain.collection_id).status == 202


def _backup(cloud: Direct, world: World, number: int) -> Any:
    answer = cloud.ask("POST", f"{item_id(world, world.fleet[number].item)}/backup", BACKUP)
    assert answer.status == 202
    return world.jobs[-1]


def test_what_is_wrong_with_a_vm_is_its_own(cloud: Direct) -> None:
    world = cloud.cloud.world
    full, silent, well = (_backup(cloud, world, number) for number in range(3))
    cloud.wait(hours=3)
    world.settle(cloud.clock.now())
    assert [job.failure and job.failure.code for job in (full, silent, well)] == [
        "UserErrorRpCollectionLimitReached",
        SILENT["code"],
        None,
    ]
    assert len(cloud.rows(f"{item_id(world, world.fleet[2].item)}/recoveryPoints")) == 4


def test_pages_of_a_large_list_are_of_200_and_all_count(make: Make) -> None:
    cloud = make(fleet={"count": 150})
    first = cloud.ask("GET", f"{VAULT}/backupJobs")
    assert len(first.body["value"]) == 200
    assert "$skipToken=200" in first.body["nextLink"].replace("%24", "$")
    rest = cloud.ask("GET", f"{VAULT}/backupJobs", **{"$skipToken": "200"})
    assert len(rest.body["value"]) == 303 - 200
    assert "nextLink" not in rest.body
    left = "x-ms-ratelimit-remaining-subscription-resource-requests"
    assert [answer.headers[left] for answer in (first, rest)] == ["149", "148"]


def test_a_fleet_divided_among_vaults() -> None:
    specs = over_vaults({"fleet": {**FLEET, "count": 10}, "faults": [{"match": "*", "status": 500}]}, 3, 2)
    worlds = [build_world(spec, START) for spec in specs]
    assert [len(world.fleet) for world in worlds] == [4, 3, 3]
    assert worlds[0].vault_id == VAULT
    assert len({world.vault_id for world in worlds}) == 3
    subscriptions = [world.spec.subscription for world in worlds]
    assert (len(set(subscriptions)), subscriptions[0]) == (2, subscriptions[2])
    assert [len(world.spec.faults) for world in worlds] == [1, 0, 0]


def test_the_example_of_the_sandboxs_page(cloud: Direct) -> None:
    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {"now": START, "clock": cloud.clock}
    exec(example.replace("1000", "7"), names)  # noqa: S102  the page's own text
    assert [len(world.fleet) for world in names["cloud"].worlds] == [3, 2, 2]
    assert len(names["bodies"]) == 7
    assert list(names["ROUTES"]) == list(ROUTES)


def test_a_thousand_vms_cost_little(make: Make) -> None:
    """CPU time of each request; the limits are many times what was measured, so that a scan of everything fails."""
    cloud = make(fleet={"count": 1000})
    world = cloud.cloud.world
    query = (
        f"recoveryservicesresources | where properties.containerName =~ 'IaasVMContainer;{world.items[500].container}'"
    )
    asked: list[tuple[str, str, object, dict[str, str]]] = [
        ("GET", f"{VAULT}/backupJobs/{world.fleet[700].id}", None, {}),
        ("GET", item_id(world, world.items[500]), None, {}),
        ("GET", world.items[900].machine.id, None, {"$expand": "instanceView"}),
        ("GET", world.items[900].collection_id, None, {"$expand": "restorePoints"}),
        ("POST", "/providers/Microsoft.ResourceGraph/resources", {"query": query}, {}),
        ("POST", f"{item_id(world, world.items[500])}/backup", BACKUP, {}),
    ]
    spent = {
        path: min(_spent(cloud, method, path, body, query) for _ in range(3)) for method, path, body, query in asked
    }
    assert {path: cost for path, cost in spent.items() if cost > 0.01} == {}


def _spent(cloud: Direct, method: str, path: str, body: object, query: dict[str, str]) -> float:
    began = time.process_time()
    assert cloud.ask(method, path, body, **query).status in {200, 202}
    return time.process_time() - began
