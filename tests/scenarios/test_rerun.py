"""A person has a failed backup run again: it goes on where the earlier run ended, and nothing runs beside it."""

from http import HTTPStatus
from typing import Any

from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.inbox import Delivery
from sandbox.play import deliver
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario
from tests.scenarios.conftest import Make


async def _rerun(sandbox: Sandbox, **body: object) -> tuple[int, dict[str, Any]]:
    async with sandbox.client.session.post(f"{sandbox.functions_url}/api/rerun", json=body) as answer:
        return answer.status, await answer.json()


async def test_a_declined_incident_is_taken_up_again_at_its_step(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("points-not-in-vault")) as sandbox:
        busy: list[dict[str, Any]] = []
        job = sandbox.cloud.world.failed_job

        async def decide(asked: Delivery) -> None:
            """Declines the first time; meanwhile the item is busy."""
            assert job is not None
            _, body = await _rerun(sandbox, vaultId=sandbox.cloud.world.vault_id, jobId=job.id)
            busy.append(body["error"])
            await sandbox.client.decide(asked.message["data"]["decisionUrl"], "approve" if busy[1:] else "decline")

        sandbox.inbox.person = decide
        first = await sandbox.client.wait_for_end(await deliver(sandbox), 60)
        assert (first["outcome"], first["step"]) == ("declined", 3)
        status, body = await _rerun(sandbox, vmId=first["vm"])
        assert status == HTTPStatus.ACCEPTED
        (entry,) = body["incidents"]
        second = await sandbox.client.wait_for_end(entry["id"], 60)
        assert entry["statusUrl"].endswith(f"/api/incidents/{entry['id']}")
        assert second["outcome"] == "resolved"
        assert (second["failure"]["rerunOf"], second["failure"]["fromStep"]) == (first["id"], 3)
        assert second["failure"]["jobId"] == first["failure"]["jobId"]
        assert (len(first["retries"]), len(second["retries"])) == (1, 1)
        assert second["waits"] == []
        assert [error["incident"]["id"] for error in busy] == [first["id"], second["id"]]
        assert [report.message["data"]["id"] for report in sandbox.inbox.reports] == [first["id"], second["id"]]
        await _a_stricter_mode_and_another_playbook(sandbox, second)


async def _a_stricter_mode_and_another_playbook(sandbox: Sandbox, before: dict[str, Any]) -> None:
    made = len(sandbox.cloud.mutations)
    asked = {"mode": "read-only", "playbook": "GuestAgentSnapshotTaskStatusError"}
    status, body = await _rerun(sandbox, incidentId=before["id"], **asked)
    assert status == HTTPStatus.ACCEPTED
    incident = await sandbox.client.wait_for_end(body["incidents"][0]["id"], 60)
    assert (incident["outcome"], incident["mode"], incident["failure"]["run"]) == ("observed", "read-only", 2)
    assert incident["job"]["origin"] == "requested"
    assert [playbook["code"] for playbook in incident["playbooks"]] == ["GuestAgentSnapshotTaskStatusError"]
    assert incident["job"]["code"] == "UserErrorRpCollectionLimitReached"
    assert len(sandbox.cloud.mutations) == made


def _with_a_good_backup() -> Scenario:
    scenario = scenarios.load("read-only")
    return replace(scenario, world={**scenario.world, "past_jobs": [{"hours_ago": 26}]})


async def test_what_cannot_be_run_is_told_with_its_reason(sandbox_of: Make) -> None:
    async with sandbox_of(_with_a_good_backup()) as sandbox:
        world = sandbox.cloud.world
        vault, vm = world.vault_id, world.subject.machine.id
        elsewhere = vault.replace(world.spec.subscription, "00000000-0000-0000-0000-000000000001")
        completed = next(job.id for job in world.jobs if job.failure is None)
        guid = "00000000-0000-0000-0000-000000000002"
        item = f"{vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;x/protectedItems/VM;iaasvmcontainerv2"
        cases: list[tuple[dict[str, object], int, str]] = [
            ({}, 400, "BadRequest"),
            ({"vmId": vm, "playbook": "UserErrorVmNotFound2"}, 400, "BadRequest"),
            ({"incidentId": "inc-" + "0" * 32}, 404, "IncidentNotFound"),
            ({"vmId": f"{vm}-9"}, 404, "NotProtected"),
            ({"protectedItemId": f"{item};g;vm-9"}, 404, "NoFailedJob"),
            ({"vaultId": elsewhere, "jobId": guid}, 404, "OutOfScope"),
            ({"vaultId": vault, "jobId": guid}, 404, "JobNotFound"),
            ({"vaultId": vault, "jobId": completed}, 404, "NoFailedJob"),
        ]
        for body, status, reason in cases:
            told = await _rerun(sandbox, **body)
            assert (told[0], told[1]["error"]["code"]) == (status, reason)
        assert sandbox.cloud.mutations == []
        assert sandbox.inbox.received == []
