"""Locks: levels, inheritance, and a deletion that takes a moment."""

import pytest

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, ITEM, LOCKS, RP_GROUP, SUB, VAULT, VM, VM_GROUP, Direct, code

_FOUR = [
    {"at": "subscription", "name": "sub"},
    {"at": "group", "name": "group", "notes": "keep", "owners": ["6c1f7a30-0000-4b8e-9d0a-3e7b5f2c9a11"]},
    {"at": "collection", "name": "collection"},
    {"at": "vm-group", "name": "vm-group", "level": "ReadOnly"},
]


def _names(cloud: Direct, scope: str) -> set[str]:
    return {row["name"] for row in cloud.rows(f"{scope}{LOCKS}")}


def test_each_level_lists_its_own(make: Make) -> None:
    cloud = make(locks=_FOUR)
    assert _names(cloud, SUB) == {"sub", "group", "collection", "vm-group"}
    assert _names(cloud, RP_GROUP) == {"group"}
    assert _names(cloud, VM_GROUP) == {"vm-group"}
    assert _names(cloud, cloud.collection) == {"group", "collection"}
    assert _names(cloud, VM) == {"vm-group"}


def test_the_shape_of_a_lock(make: Make) -> None:
    cloud = make(locks=_FOUR)
    lock_id = f"{RP_GROUP}{LOCKS}/group"
    properties = {
        "level": "CanNotDelete",
        "notes": "keep",
        "owners": [{"applicationId": "6c1f7a30-0000-4b8e-9d0a-3e7b5f2c9a11"}],
    }
    expected = {"properties": properties, "id": lock_id, "type": "Microsoft.Authorization/locks", "name": "group"}
    assert cloud.get(lock_id) == expected
    assert cloud.get(f"{SUB}{LOCKS}/sub")["properties"] == {"level": "CanNotDelete"}


@pytest.mark.parametrize("at", ["subscription", "group", "collection"])
def test_a_lock_blocks_deletion_below_it(make: Make, at: str) -> None:
    cloud = make(locks=[{"at": at}])
    answer = cloud.ask("DELETE", cloud.collection)
    assert (answer.status, code(answer)) == (409, "ScopeLocked")
    assert answer.headers["x-ms-failure-cause"] == "gateway"
    scope = {"subscription": SUB, "group": RP_GROUP, "collection": cloud.collection}[at]
    assert answer.body["error"]["message"] == (
        f"The scope '{cloud.collection}' cannot perform delete operation because following scope(s) are locked: "
        f"'{scope}'. Please remove the lock and try again."
    )


def test_a_lock_elsewhere_does_not_block(make: Make) -> None:
    cloud = make(locks=[{"at": "vm-group"}, {"at": "vault"}, {"at": f"{RP_GROUP}x"}])
    assert cloud.ask("DELETE", cloud.collection).status == 202


def test_a_lock_inside_blocks_the_deletion_of_the_whole(make: Make) -> None:
    cloud = make()
    point = f"{cloud.collection}/restorePoints/{cloud.points()[0]['name']}"
    assert cloud.ask("PUT", f"{point}{LOCKS}/inner", {"properties": {"level": "CanNotDelete"}}).status == 201
    assert code(cloud.ask("DELETE", cloud.collection)) == "ScopeLocked"


def test_deletion_is_seen_a_little_later(make: Make) -> None:
    cloud = make(locks=[{}])
    lock = f"{RP_GROUP}{LOCKS}/do-not-delete"
    answer = cloud.ask("DELETE", lock)
    assert (answer.status, answer.body) == (200, None)
    cloud.wait(seconds=4)
    assert _names(cloud, SUB) == {"do-not-delete"}
    assert cloud.ask("DELETE", cloud.collection).status == 409
    assert cloud.ask("DELETE", lock).status == 204
    cloud.wait(seconds=2)
    assert _names(cloud, SUB) == set()
    assert cloud.ask("GET", lock).status == 404
    assert cloud.ask("DELETE", cloud.collection).status == 202


def test_put_creates_then_updates(make: Make) -> None:
    cloud = make(locks=[{}])
    lock = f"{RP_GROUP}{LOCKS}/do-not-delete"
    assert cloud.ask("PUT", lock, {"properties": {"level": "ReadOnly", "notes": "n"}}).status == 200
    assert cloud.get(lock)["properties"] == {"level": "ReadOnly", "notes": "n"}
    cloud.ask("DELETE", lock)
    answer = cloud.ask("PUT", lock, {"properties": {"level": "CanNotDelete"}})
    assert (answer.status, answer.body["properties"]) == (201, {"level": "CanNotDelete"})
    cloud.wait(minutes=1)
    assert _names(cloud, SUB) == {"do-not-delete"}


@pytest.mark.parametrize("body", [None, {}, {"properties": {"level": "Never"}}, {"properties": "x"}])
def test_a_lock_needs_a_level(cloud: Direct, body: object) -> None:
    assert cloud.ask("PUT", f"{RP_GROUP}{LOCKS}/x", body).status == 400


def test_read_only_blocks_a_backup_if_it_covers_the_vault(make: Make) -> None:
    cloud = make(locks=[{"at": "vault", "level": "ReadOnly"}])
    answer = cloud.ask("POST", f"{ITEM}/backup", BACKUP)
    assert (answer.status, code(answer)) == (409, "ScopeLocked")
    assert "cannot perform write operation" in answer.body["error"]["message"]
    assert f"'{VAULT}'" in answer.body["error"]["message"]


@pytest.mark.parametrize("lock", [{"at": "vault"}, {"at": "group", "level": "ReadOnly"}])
def test_other_locks_let_a_backup_pass(make: Make, lock: dict[str, str]) -> None:
    assert make(locks=[lock]).ask("POST", f"{ITEM}/backup", BACKUP).status == 202
