"""Restore point collections: shapes, deletion, time-out."""

import re
from datetime import datetime

import pytest

from sandbox.arm.exchange import Answer
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import ITEM, RP_GROUP, SUB, VM, VM_GROUP, Direct

_ALL = f"{SUB}/providers/Microsoft.Compute/restorePointCollections"


def _operation(cloud: Direct, answer: Answer, header: str = "Azure-AsyncOperation") -> Answer:
    path, _, query = answer.headers[header].removeprefix("https://localhost:1").partition("?")
    monitor = {"monitor": "true"} if "monitor=true" in query else {}
    return cloud.ask("GET", path, **monitor)


def _tiers(cloud: Direct) -> list[list[tuple[int, int]]]:
    rows = cloud.rows(f"{ITEM}/recoveryPoints")
    return [[(t["type"], t["status"]) for t in row["properties"]["recoveryPointTierDetails"]] for row in rows]


def test_a_list_has_no_points_and_the_vm_as_source(cloud: Direct) -> None:
    rows = cloud.rows(_ALL)
    assert [row["name"].rsplit("_", 1)[0] for row in rows] == [
        "AzureBackup_vm-app-01",
        "AzureBackup_vm-app-011",
        "AzureBackup_vm-app-01-old",
    ]
    assert set(rows[0]) == {"name", "id", "type", "location", "properties"}
    assert set(rows[0]["properties"]) == {"source", "restorePointCollectionId", "provisioningState"}
    assert rows[0]["properties"]["source"] == {"id": VM, "location": "westeurope"}
    assert cloud.rows(f"{RP_GROUP}/providers/Microsoft.Compute/restorePointCollections") == rows
    assert cloud.rows(f"{VM_GROUP}/providers/Microsoft.Compute/restorePointCollections") == []


def test_the_name_ends_in_the_data_id_of_the_item(cloud: Direct) -> None:
    data_id = cloud.get(ITEM)["properties"]["protectedItemDataId"]
    assert cloud.collection.endswith(f"/AzureBackup_vm-app-01_{data_id}")


def test_points_have_the_hour_of_the_12_hour_clock_in_their_name(cloud: Direct) -> None:
    points = cloud.points()
    assert len(points) == 18
    moments = [row["properties"]["recoveryPointTime"] for row in cloud.rows(f"{ITEM}/recoveryPoints")]
    for point, moment in zip(reversed(points), moments, strict=True):
        assert re.fullmatch(r"AzureBackup_\d{8}_\d{6}", point["name"])
        at = datetime.fromisoformat(moment)
        assert point["name"] == f"AzureBackup_{at:%Y%m%d_%I%M%S}"
        created = datetime.fromisoformat(point["properties"]["timeCreated"])
        assert 0 < (created - at).total_seconds() < 10
    assert {point["properties"]["provisioningState"] for point in points} == {"Succeeded"}
    assert "restorePoints" not in cloud.get(cloud.collection)["properties"]
    assert cloud.get(points[0]["id"]) == points[0]


@pytest.mark.parametrize(
    "tier, expected",
    [
        ("vault", [[(1, 1), (2, 1)]] * 5),
        ("snapshot", [[(1, 1)]] * 5),
        ("mixed", [[(1, 1)]] * 3 + [[(1, 1), (2, 1)]] * 2),
    ],
)
def test_tiers_are_numbers(make: Make, tier: str, expected: list[list[tuple[int, int]]]) -> None:
    assert _tiers(make(points={"count": 5, "tier": tier})) == expected


def test_the_shape_of_a_recovery_point(cloud: Direct) -> None:
    row = cloud.rows(f"{ITEM}/recoveryPoints")[0]
    assert row["id"].startswith("/Subscriptions/")
    assert row["name"].isdigit()
    assert set(row["properties"]) == {
        "objectType", "recoveryPointType", "recoveryPointTime", "recoveryPointAdditionalInfo", "sourceVMStorageType",
        "isSourceVMEncrypted", "isInstantIlrSessionActive", "recoveryPointTierDetails", "isManagedVirtualMachine",
        "virtualMachineSize", "originalStorageAccountOption", "osType",
    }  # fmt: skip


def test_a_deletion_takes_two_minutes_and_leaves_the_neighbours(cloud: Direct) -> None:
    answer = cloud.ask("DELETE", cloud.collection)
    assert (answer.status, answer.body) == (202, None)
    assert "/providers/Microsoft.Compute/locations/westeurope/operations/" in answer.headers["Azure-AsyncOperation"]
    assert "monitor=true" in answer.headers["Location"]
    assert cloud.get(cloud.collection)["properties"]["provisioningState"] == "Deleting"
    running = _operation(cloud, answer).body
    assert (set(running), running["status"]) == ({"startTime", "status", "name"}, "InProgress")
    assert running["startTime"].endswith("+00:00")
    assert _operation(cloud, answer, "Location").status == 202
    assert cloud.ask("DELETE", cloud.collection).status == 409
    cloud.wait(minutes=2)
    done = _operation(cloud, answer).body
    assert (set(done), done["status"]) == ({"startTime", "endTime", "status", "name"}, "Succeeded")
    result = _operation(cloud, answer, "Location")
    assert (result.status, result.body) == (200, None)
    assert cloud.ask("GET", cloud.collection).status == 404
    assert cloud.ask("DELETE", cloud.collection).status == 204
    assert len(cloud.rows(_ALL)) == 2
    assert _tiers(cloud) == [[(2, 1)]] * 18


def test_points_outside_the_vault_are_lost_with_the_collection(make: Make) -> None:
    cloud = make(points={"count": 5, "tier": "mixed"})
    cloud.ask("DELETE", cloud.collection)
    cloud.wait(minutes=2)
    assert _tiers(cloud) == [[(2, 1)]] * 2


def test_a_deletion_that_times_out_removes_a_part(make: Make) -> None:
    cloud = make(collection_delete={"times_out": 2})
    for left in (12, 8):
        answer = cloud.ask("DELETE", cloud.collection)
        cloud.wait(minutes=29)
        assert _operation(cloud, answer).body["status"] == "InProgress"
        cloud.wait(minutes=1)
        failed = _operation(cloud, answer)
        assert (failed.status, failed.body["status"]) == (200, "Failed")
        assert failed.body["error"]["code"] == "InternalExecutionError"
        assert cloud.get(cloud.collection)["properties"]["provisioningState"] == "Failed"
        assert len(cloud.points()) == left
    cloud.ask("DELETE", cloud.collection)
    cloud.wait(minutes=2)
    assert cloud.ask("GET", cloud.collection).status == 404


def test_one_point_may_be_deleted(make: Make) -> None:
    cloud = make(rbac={"also": ["Microsoft.Compute/*"]})
    point = cloud.points()[0]["id"]
    answer = cloud.ask("DELETE", point)
    assert answer.status == 202
    assert cloud.points()[0]["properties"]["provisioningState"] == "Deleting"
    cloud.wait(minutes=1)
    assert _operation(cloud, answer).body["status"] == "Succeeded"
    assert len(cloud.points()) == 17
    assert cloud.ask("DELETE", point).status == 204
    assert cloud.ask("GET", point).status == 404


def test_an_unknown_operation_is_not_found(cloud: Direct) -> None:
    assert cloud.ask("GET", f"{SUB}/providers/Microsoft.Compute/locations/westeurope/operations/x").status == 404
