"""An incident's trail in Azure's record: its requests carry its correlation id and no other, whoever has them sent."""

import re
from http import HTTPStatus

from msgspec.structs import replace

from responder.trail import correlation_id
from sandbox import scenario as scenarios
from sandbox.arm.cloud import Call
from sandbox.play import deliver, sweep
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make
from tests.scenarios.test_sweep import ON

_VM = re.compile(r"(?:/virtualmachines/|;)(vm-app-011?)(?:/|$)", re.IGNORECASE)


async def _post(sandbox: Sandbox, path: str, body: object = None) -> dict[str, object]:
    async with sandbox.client.session.post(f"{sandbox.functions_url}{path}", json=body) as answer:
        assert answer.status < HTTPStatus.BAD_REQUEST, await answer.text()
        return dict(await answer.json())


def _carried(calls: list[Call]) -> set[str]:
    assert calls
    return {call.correlation for call in calls}


async def test_all_that_an_incident_asks_for_carries_its_id(sandbox_of: Make) -> None:
    """Also where its locks are put back later; a rerun is an incident of its own."""
    async with sandbox_of(scenarios.load("locked-collection")) as sandbox:
        calls = sandbox.cloud.calls
        name = await deliver(sandbox)
        await sandbox.client.wait_for_end(name, 90)
        assert {call.method for call in calls if call.changes} == {"DELETE", "POST"}
        assert _carried(calls) == {correlation_id(name)}
        seen = len(calls)
        await _post(sandbox, f"/api/incidents/{name}/restore-locks")
        assert {call.method for call in calls[seen:] if call.changes} == {"PUT"}
        assert _carried(calls[seen:]) == {correlation_id(name)}
        seen = len(calls)
        told = await _post(sandbox, "/api/rerun", {"incidentId": name, "mode": "read-only"})
        (again,) = re.findall(r"inc-[0-9a-f]{32}", str(told["incidents"]))[:1]
        await sandbox.client.wait_for_end(again, 60)
        assert again != name
        assert _carried(calls[seen:]) == {correlation_id(again)}


async def test_two_incidents_at_once_do_not_mix(sandbox_of: Make) -> None:
    """What is read once for both, such as a vault's list of jobs, carries neither's."""
    scenario = replace(scenarios.load("refused-too-many-incidents"), settings={})
    async with sandbox_of(scenario) as sandbox:
        await sandbox.client.wait_for_end(await deliver(sandbox), 60)
        (first, second) = [one["instanceId"] for one in await sandbox.client.instances(sandbox.secrets.system, "inc-")]
        ended = [await sandbox.client.wait_for_end(name, 60) for name in (first, second)]
        ids = {one["vm"].rpartition("/")[2]: correlation_id(one["id"]) for one in ended}
        assert set(ids) == {"vm-app-01", "vm-app-011"}
        about = [(_VM.findall(call.path), call) for call in sandbox.cloud.calls]
        changed = {(vms[-1], call.correlation) for vms, call in about if call.changes}
        assert changed == set(ids.items())
        assert {(vms[-1], call.correlation) for vms, call in about if vms} == changed
        assert _carried(sandbox.cloud.calls) <= {*ids.values(), ""}


async def test_the_sweep_and_the_doctor_leave_no_trail_of_an_incident(sandbox_of: Make) -> None:
    scenario = replace(scenarios.load("plain-retry"), settings=ON)
    async with sandbox_of(scenario) as sandbox:
        await sandbox.client.wait_for_end(await deliver(sandbox), 60)
        seen = len(sandbox.cloud.calls)
        await sweep(sandbox)
        assert _carried(sandbox.cloud.calls[seen:]) == {""}
        seen = len(sandbox.cloud.calls)
        async with sandbox.client.session.get(f"{sandbox.functions_url}/api/preflight") as answer:
            assert answer.status == HTTPStatus.OK
        assert _carried(sandbox.cloud.calls[seen:]) == {""}
