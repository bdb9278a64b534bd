"""What a person names is found: the item of a VM and its newest failed job, in Resource Graph or the vault's list."""

from typing import Any

import pytest

from responder import ids
from responder.errors import Forbidden
from responder.ids import ResourceId
from tests.responder.azure.conftest import Sandbox

GRAPH = "Microsoft.ResourceGraph/resources/read"
JOBS = "Microsoft.RecoveryServices/Vaults/backupJobs/read"
PAST = [
    {"hours_ago": 50, "as": "Failed"},
    {"hours_ago": 26, "as": "Completed"},
    {"hours_ago": 9, "as": "Failed", "on_demand": True},
]


@pytest.fixture
def world() -> dict[str, Any]:
    return {"past_jobs": PAST, "neighbours": [{"name": "vm-app-02"}]}


def vm_of(sandbox: Sandbox) -> ResourceId:
    vm = ResourceId.parse(sandbox.vm_id.upper())
    assert vm
    return vm


def test_the_item_of_a_vm_is_found_whatever_the_case(sandbox: Sandbox) -> None:
    (item,) = sandbox.gateway.items_of(vm_of(sandbox))
    assert ids.same(str(item), str(sandbox.item))


def test_a_vm_that_no_vault_protects_has_none(sandbox: Sandbox) -> None:
    stranger = ResourceId.parse(sandbox.vm_id.replace("vm-app-01", "vm-app-0"))
    assert stranger
    assert sandbox.gateway.items_of(stranger) == []


def test_the_newest_failed_job_comes_first(sandbox: Sandbox) -> None:
    jobs = sandbox.gateway.failed_jobs_of(sandbox.item)
    assert [job.status for job in jobs] == ["Failed"] * 3
    assert jobs[0].id == sandbox.job_id
    assert [job.started_at for job in jobs] == sorted((job.started_at for job in jobs if job.started_at), reverse=True)
    assert {job.item_container for job in jobs} == {sandbox.item.item.partition(";")[2]}
    assert not [call for call in sandbox.cloud.calls if "backupJobs" in call.path]


class TestWithoutResourceGraph:
    @pytest.fixture
    def world(self) -> dict[str, Any]:
        return {"past_jobs": PAST, "rbac": {"deny": [GRAPH]}}

    def test_the_vaults_own_list_tells_the_same(self, sandbox: Sandbox) -> None:
        jobs = sandbox.gateway.failed_jobs_of(sandbox.item)
        assert (len(jobs), jobs[0].id) == (3, sandbox.job_id)

    def test_nobody_guesses_the_item_of_a_vm(self, sandbox: Sandbox) -> None:
        with pytest.raises(Forbidden, match="ResourceGraph"):
            sandbox.gateway.items_of(vm_of(sandbox))


class TestWithoutJobs:
    @pytest.fixture
    def world(self) -> dict[str, Any]:
        return {"rbac": {"deny": [JOBS]}}

    def test_an_empty_answer_of_the_graph_proves_nothing(self, sandbox: Sandbox) -> None:
        with pytest.raises(Forbidden, match="backupJobs"):
            sandbox.gateway.failed_jobs_of(sandbox.item)
