"""The gateway and the ARM simulator, each written on its own after the same service, understand each other."""

from datetime import timedelta
from typing import Any

import pytest

from responder import ids
from responder.azure.model import TierStatus, TierType
from responder.errors import Forbidden, NotFound, ScopeLocked, Throttled, Unavailable
from tests.responder.azure.conftest import START, Sandbox

LOCKED = {"locks": [{"at": "group", "name": "keep", "level": "CanNotDelete", "notes": "asked for by audit"}]}


@pytest.fixture
def world() -> dict[str, Any]:
    return LOCKED


def collection_of(sandbox: Sandbox) -> str:
    found = sandbox.gateway.collections(sandbox.vault.subscription)
    (mine,) = [each for each in found if ids.same(each.source_id, sandbox.vm_id)]
    return mine.id


def test_reading_all_that_a_diagnosis_needs(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    job = gateway.job(sandbox.vault, sandbox.job_id)
    assert (job.status, job.operation, job.errors[0].title) == ("Failed", "Backup", "UserErrorRpCollectionLimitReached")
    assert job.phases
    jobs = gateway.jobs(sandbox.vault, START - timedelta(days=1), START)
    assert sandbox.job_id in {each.id for each in jobs}
    item = gateway.protected_item(sandbox.item)
    assert ids.same(item.vm_id, sandbox.vm_id)
    assert item.policy_id
    assert (gateway.policy(sandbox.vault, item.policy_id)).instant_retention_days
    points = gateway.recovery_points(sandbox.item)
    tiers = {(tier.type, tier.status) for point in points for tier in point.tiers}
    assert tiers <= {(kind.value, TierStatus.VALID.value) for kind in (TierType.INSTANT, TierType.HARDENED)}
    assert sum(point.in_vault for point in points) == 18
    collection = gateway.collection(collection_of(sandbox))
    assert collection
    assert len(collection.points or []) == 18
    assert item.data_id
    assert collection.id.endswith(item.data_id)
    machine = gateway.machine(sandbox.vm_id)
    assert machine.location == "westeurope"
    resource = ids.ResourceId.parse(collection.id)
    assert resource
    held = gateway.group_resources(resource.subscription, resource.group)
    assert {each.type.lower() for each in held} == {"microsoft.compute/restorepointcollections"}
    assert sandbox.cloud.mutations == []


def test_a_lock_goes_and_comes_back(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    (lock,) = gateway.locks(sandbox.vault.subscription)
    collection = collection_of(sandbox)
    with pytest.raises(ScopeLocked) as locked:
        gateway.delete_collection(collection)
    assert [ids.same(scope, lock.scope) for scope in locked.value.scopes] == [True]
    assert gateway.delete_lock(lock.id)
    sandbox.later(minutes=1)
    assert not gateway.delete_lock(lock.id)
    assert gateway.locks(sandbox.vault.subscription) == []
    gateway.put_lock(lock)
    assert gateway.locks(sandbox.vault.subscription) == [lock]


def test_an_ad_hoc_backup_becomes_a_job(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    operation_id = gateway.start_backup(sandbox.item, START + timedelta(days=30))
    assert (gateway.backup_operation(sandbox.item, operation_id)).running
    sandbox.later(minutes=1)
    operation = gateway.backup_operation(sandbox.item, operation_id)
    assert (operation.status, operation.running) == ("Succeeded", False)
    assert operation.job_id
    job = gateway.job(sandbox.vault, operation.job_id)
    assert job.status == "InProgress"
    assert job.ended_at is None


@pytest.mark.parametrize("world", [{}])
def test_a_collection_is_deleted_by_an_operation(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    collection = collection_of(sandbox)
    url = gateway.delete_collection(collection)
    assert url
    assert (gateway.operation(url)).running
    sandbox.later(minutes=5)
    assert (gateway.operation(url)).status == "Succeeded"
    assert gateway.collection(collection) is None
    assert gateway.delete_collection(collection) is None


@pytest.mark.parametrize("world", [LOCKED | {"rbac": {"deny": ["Microsoft.Authorization/locks/delete"]}}])
def test_a_missing_right_is_named(sandbox: Sandbox) -> None:
    (lock,) = sandbox.gateway.locks(sandbox.vault.subscription)
    with pytest.raises(Forbidden) as caught:
        sandbox.gateway.delete_lock(lock.id)
    assert caught.value.action == "Microsoft.Authorization/locks/delete"
    assert ids.same(caught.value.scope, lock.id) or ids.within(lock.scope, caught.value.scope or "")


FAULTS = [
    {"match": "GET */backupJobs/*", "status": 429, "times": 1, "retryAfter": 240},
    {"match": "GET */backupJobs/*", "status": 429, "times": 1, "retryAfter": None},
    {"match": "GET */backupJobs/*", "status": 503, "times": 1, "body": "html"},
    {"match": "GET */backupJobs/*", "status": 500, "times": 1, "body": "empty"},
]


@pytest.mark.parametrize("world", [{"faults": FAULTS}])
def test_trouble_of_the_service_is_told_and_never_slept_through(sandbox: Sandbox) -> None:
    def job() -> object:
        return sandbox.gateway.job(sandbox.vault, sandbox.job_id)

    with pytest.raises(Throttled) as by_header:
        job()
    with pytest.raises(Throttled) as by_text:
        job()
    assert by_header.value.retry_after_seconds == 240
    assert by_text.value.retry_after_seconds
    for _ in range(2):
        with pytest.raises(Unavailable):
            job()
    assert job()
    assert len(sandbox.cloud.calls) == 5


def test_what_is_not_there(sandbox: Sandbox) -> None:
    with pytest.raises(NotFound):
        sandbox.gateway.job(sandbox.vault, "00000000-0000-4000-8000-000000000000")
    with pytest.raises(NotFound):
        sandbox.gateway.machine(sandbox.vm_id + "-gone")
