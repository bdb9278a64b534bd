"""Several vaults in one cloud, some of them in one subscription."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.arm import Cloud, build_world, over_vaults
from sandbox.arm.backup_ids import item_id
from sandbox.arm.world import World
from tests.sandbox.arm.support import BACKUP, LOCKS, RP_GROUP, START, SUB, VAULT, code
from tests.sandbox.arm.support_several import Several

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
_LEFT = "x-ms-ratelimit-remaining-subscription-resource-requests"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Several]:
    """Two vaults in the first subscription, one in the second."""
    made = Several(tmp_path, over_vaults({"fleet": {"count": 6, "nights": 0}, "locks": [{"at": "group"}]}, 3, 2))
    yield made
    made.clock.close()


def _rows(cloud: Several, query: str, **body: object) -> list[dict[str, Any]]:
    answer = cloud.ask("POST", GRAPH, {"query": query, **body})
    assert answer.status == 200, answer
    rows: list[dict[str, Any]] = answer.body["data"]
    return rows


def test_each_vault_answers_for_its_own(cloud: Several) -> None:
    for world in cloud.cloud.worlds:
        job = world.fleet[0]
        assert cloud.get(world.vault_id)["name"] == world.spec.vault.name
        assert cloud.get(f"{world.vault_id}/backupJobs/{job.id}")["name"] == job.id
        assert cloud.get(item_id(world, job.item))["properties"]["virtualMachineId"] == job.item.machine.id
        assert cloud.get(job.item.machine.id)["id"] == job.item.machine.id
        assert cloud.get(job.item.collection_id)["properties"]["source"]["id"] == job.item.machine.id
        assert cloud.get(f"{job.item.machine.id}/extensions")["value"]
        disk = f"{job.item.machine.id.partition('/virtualMachines')[0]}/disks/{job.item.machine.name}_OsDisk"
        assert cloud.get(disk)["managedBy"] == job.item.machine.id
        nic = world.resource_id(job.item.machine.group, "Microsoft.Network/networkInterfaces", "vm-0001-nic")
        assert cloud.get(nic)["properties"]["virtualMachine"]["id"] == job.item.machine.id


def test_a_job_is_in_its_vault_alone(cloud: Several) -> None:
    first, _, third = cloud.cloud.worlds
    assert cloud.ask("GET", f"{first.vault_id}/backupJobs/{third.fleet[0].id}").status == 404
    names = {row["name"] for row in cloud.rows(f"{third.vault_id}/backupJobs")}
    assert third.fleet[0].id in names
    assert first.fleet[0].id not in names


def test_lists_of_a_subscription_hold_all_its_worlds(cloud: Several) -> None:
    first, second, third = cloud.cloud.worlds
    assert third.subscription_id == first.subscription_id == SUB
    for subscription, worlds in ((SUB, [first, third]), (second.subscription_id, [second])):
        provider = f"{subscription}/providers"
        vaults = cloud.rows(f"{provider}/Microsoft.RecoveryServices/vaults")
        assert [row["id"] for row in vaults] == [world.vault_id for world in worlds]
        machines = {row["id"] for row in cloud.rows(f"{provider}/Microsoft.Compute/virtualMachines")}
        assert machines == {item.machine.id for world in worlds for item in world.items}
        collections = {row["id"] for row in cloud.rows(f"{provider}/Microsoft.Compute/restorePointCollections")}
        assert collections == {item.collection_id for world in worlds for item in world.items}
        assert len(cloud.rows(f"{subscription}{LOCKS}")) == 1
    assert {row["id"] for row in cloud.rows("/subscriptions")} == {SUB, second.subscription_id}


def test_groups_that_worlds_share_are_listed_once(cloud: Several) -> None:
    names = [row["name"] for row in cloud.rows(f"{SUB}/resourcegroups")]
    assert len(names) == len({name.lower() for name in names})
    assert {"rg-fleet-01", "rg-fleet-v3-01", "AzureBackupRG_westeurope_1"} <= set(names)
    first, _, third = cloud.cloud.worlds
    held = {row["id"] for row in cloud.rows(f"{RP_GROUP}/resources")}
    assert held == {item.collection_id for world in (first, third) for item in world.items}


def test_a_lock_of_a_shared_group_holds_for_both(cloud: Several) -> None:
    first, second, third = cloud.cloud.worlds
    collections = [world.fleet[0].item.collection_id for world in (first, third)]
    assert [cloud.ask("DELETE", path).status for path in collections] == [409, 409]
    assert cloud.ask("DELETE", f"{RP_GROUP}{LOCKS}/do-not-delete").status == 200
    cloud.wait(seconds=6)
    assert [cloud.ask("DELETE", path).status for path in collections] == [202, 202]
    assert cloud.ask("DELETE", second.fleet[0].item.collection_id).status == 409


def test_a_lock_that_is_put_back_holds_for_both(cloud: Several) -> None:
    third = cloud.cloud.worlds[2]
    cloud.ask("DELETE", f"{RP_GROUP}{LOCKS}/do-not-delete")
    cloud.wait(seconds=6)
    assert cloud.ask("PUT", f"{RP_GROUP}{LOCKS}/again", {"properties": {"level": "CanNotDelete"}}).status == 201
    assert cloud.ask("DELETE", third.fleet[0].item.collection_id).status == 409


def test_operations_are_found_wherever_they_began(cloud: Several) -> None:
    for world in cloud.cloud.worlds:
        path = f"{item_id(world, world.fleet[0].item)}/backup"
        answer = cloud.ask("POST", path, BACKUP)
        assert answer.status == 202
        cloud.wait(seconds=20)
        status = answer.headers["Azure-AsyncOperation"].removeprefix("https://localhost:1").partition("?")[0]
        assert cloud.get(status)["properties"]["jobId"] == world.jobs[-1].id
        restart = cloud.ask("POST", f"{world.fleet[1].item.machine.id}/restart")
        where = restart.headers["Azure-AsyncOperation"].removeprefix("https://localhost:1").partition("?")[0]
        assert cloud.get(where)["status"] == "InProgress"


def test_budgets_are_those_of_a_subscription(cloud: Several) -> None:
    first, second, third = cloud.cloud.worlds
    left = [cloud.ask("GET", f"{world.vault_id}/backupJobs").headers[_LEFT] for world in (first, third, second)]
    assert left == ["149", "148", "149"]


def test_the_record_of_calls_is_one(cloud: Several) -> None:
    paths = [f"{item_id(world, world.fleet[0].item)}/backup" for world in cloud.cloud.worlds]
    for path in paths:
        cloud.ask("POST", path, BACKUP)
    assert [call["path"] for call in cloud.cloud.mutations] == paths
    assert cloud.cloud.counts == {f"POST {path}": 1 for path in paths}


def test_the_graph_answers_for_the_subscriptions_that_are_asked_for(cloud: Several) -> None:
    first, second, third = cloud.cloud.worlds
    query = "resources | where type =~ 'microsoft.recoveryservices/vaults' | project id, subscriptionId"
    everywhere = [{"id": world.vault_id, "subscriptionId": world.spec.subscription} for world in (first, second, third)]
    assert _rows(cloud, query) == everywhere
    assert _rows(cloud, query, subscriptions=[second.spec.subscription.upper()]) == everywhere[1:2]
    assert _rows(cloud, query, subscriptions=[first.spec.subscription]) == [everywhere[0], everywhere[2]]
    unknown = cloud.ask("POST", GRAPH, {"query": query, "subscriptions": ["0"]})
    assert (unknown.status, code(unknown)) == (400, "BadRequest")


def test_an_unknown_subscription(cloud: Several) -> None:
    answer = cloud.ask("GET", "/subscriptions/0/resourcegroups")
    assert (answer.status, code(answer)) == (404, "SubscriptionNotFound")
    group = cloud.ask("GET", f"{cloud.cloud.worlds[1].subscription_id}/resourceGroups/rg-fleet-v3-01")
    assert (group.status, code(group)) == (404, "ResourceGroupNotFound")


def test_which_vault_protects_a_vm(cloud: Several) -> None:
    third = cloud.cloud.worlds[2]
    path = f"{SUB}/providers/Microsoft.RecoveryServices/locations/westeurope/backupStatus"
    answer = cloud.ask("POST", path, {"resourceType": "VM", "resourceId": third.fleet[0].item.machine.id})
    assert answer.body["vaultId"] == third.vault_id


def test_rights_are_those_in_each_world(tmp_path: Path) -> None:
    blind, seeing = over_vaults({"fleet": {"count": 2}}, 2, 2)
    blind["rbac"] = {"deny": ["Microsoft.RecoveryServices/Vaults/backupJobs/read"]}
    cloud = Several(tmp_path, [blind, seeing])
    assert [cloud.ask("GET", f"{world.vault_id}/backupJobs").status for world in cloud.cloud.worlds] == [403, 200]
    rows = _rows(cloud, "recoveryservicesresources | where type endswith '/backupjobs'")
    assert {row["subscriptionId"] for row in rows} == {cloud.cloud.worlds[1].spec.subscription}
    cloud.clock.close()


def test_two_worlds_with_one_vault_are_refused(tmp_path: Path) -> None:
    cloud = Several(tmp_path, [{}])
    with pytest.raises(ValueError, match=f"two worlds have {VAULT.lower()}"):
        Cloud([build_world({}, START), build_world({}, START)], cloud.clock)
    cloud.clock.close()


def test_another_world_takes_the_place_of_all(cloud: Several) -> None:
    other: World = build_world({"vault": {"name": "rsv-other"}}, START)
    cloud.cloud.world = other
    assert cloud.cloud.worlds == (other,)
    assert cloud.get(other.vault_id)["name"] == "rsv-other"
