"""No incident breaks in silence: it begins anew once, repeats nothing, and then a person is told."""

import asyncio
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sandbox.arm import alert_by
from sandbox.durable.store import Store
from sandbox.durable.views import Query
from sandbox.filling import DURABLE
from sandbox.hostprocess import ROOT
from sandbox.play import deliver, sweep, until_swept
from sandbox.runner import Sandbox
from sandbox.scenario import InboxFault
from sandbox.verdict import problems
from tests.scenarios.breaking import Request, anything, broken, deploy, faulty, once, swept, until, waits
from tests.scenarios.conftest import Make


def backup(request: Request) -> bool:
    return request["method"] == "POST" and str(request["path"]).lower().endswith("/backup")


def backups(sandbox: Sandbox) -> int:
    return len([entry for entry in sandbox.cloud.mutations if entry["path"].lower().endswith("/backup")])


def logged(sandbox: Sandbox, event: str) -> list[dict[str, Any]]:
    """What the app's log tells of an event."""
    lines = [json.loads(line)["message"] for line in (sandbox.state / "host.log").read_text().splitlines()]
    return [json.loads(line[line.index("{") :]) for line in lines if f'{{"event":"{event}"' in line]


def held(sandbox: Sandbox) -> list[str]:
    """Incidents that hold a protected item, or a place among those at work."""
    store = Store(sandbox.state / DURABLE)
    try:
        items = [json.loads(entity.state or "{}") for entity in store.entities(Query(prefix="@item@"), "", -1)]
        governor = store.entity("@governor@app")
    finally:
        store.close()
    places = json.loads((governor.state if governor else None) or "{}").get("open", {})
    return [*filter(None, (item.get("holder") for item in items)), *places]


async def metrics(sandbox: Sandbox) -> str:
    async with sandbox.client.session.get(f"{sandbox.functions_url}/api/metrics") as answer:
        return await answer.text()


async def test_what_broke_begins_anew_and_ends_as_if_nothing_had_happened(sandbox_of: Make) -> None:
    scenario = swept("locked-collection")
    async with sandbox_of(scenario) as sandbox:
        reached = once(sandbox, anything)
        name = await deliver(sandbox)
        await broken(sandbox, name, reached)
        stopped = await sandbox.client.incident(name)
        assert (stopped["state"], stopped["outcome"]) == ("stopped", None)
        assert (await sweep(sandbox))["sweep"]["broken"] == 1
        incident = await sandbox.client.wait_for_end(name, 60)
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []
        pause = incident["waits"][0]
        assert pause["name"] == "broke-down"
        assert "Non-Deterministic" in pause["why"]
        assert incident["openedAt"] < pause["since"] < pause["until"]
        assert [told["then"] for told in logged(sandbox, "broke-down")] == ["begins-anew"]
        assert (await sweep(sandbox))["sweep"]["broken"] == 0
        assert len(sandbox.inbox.reports) == 1


async def test_an_alert_that_is_told_again_lets_it_begin_anew_as_well(sandbox_of: Make) -> None:
    scenario = swept("plain-retry")
    async with sandbox_of(scenario) as sandbox:
        reached = once(sandbox, anything)
        name = await deliver(sandbox)
        await broken(sandbox, name, reached)
        assert await deliver(sandbox) == name
        incident = await sandbox.client.wait_for_end(name, 60)
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []
        assert incident["waits"][0]["name"] == "broke-down"


async def test_a_backup_that_was_asked_for_before_is_followed_and_no_second_one_is_made(sandbox_of: Make) -> None:
    scenario = swept("plain-retry")
    async with sandbox_of(scenario) as sandbox:
        reached = once(sandbox, backup)
        name = await deliver(sandbox)
        await broken(sandbox, name, reached)
        assert backups(sandbox) == 1
        await sweep(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert (incident["outcome"], backups(sandbox)) == ("resolved", 1)
        assert [(retry["state"], retry["adopted"]) for retry in incident["retries"]] == [
            ("unclear", False),
            ("Completed", True),
        ]
        assert len(sandbox.inbox.reports) == 1


async def test_attempts_that_are_used_up_stay_used_up(sandbox_of: Make) -> None:
    scenario = swept("still-failing")
    scenario = replace(scenario, settings=scenario.settings | {"RESPONDER_ATTEMPTS_PER_WINDOW": "1"})
    async with sandbox_of(scenario) as sandbox:
        reached = once(sandbox, backup)
        name = await deliver(sandbox)
        await broken(sandbox, name, reached)
        await sweep(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert (incident["reason"], backups(sandbox)) == ("AttemptsExhausted", 1)


async def test_locks_that_were_removed_before_can_still_be_put_back(sandbox_of: Make) -> None:
    async with sandbox_of(swept("locked-collection")) as sandbox:
        lock = sandbox.cloud.world.locks[0].id
        reached = once(sandbox, backup)
        name = await deliver(sandbox)
        await broken(sandbox, name, reached)
        await sweep(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["outcome"] == "resolved"
        assert incident["actions"][0]["target"].lower() == lock.lower()
        _, body = await put_back(sandbox, name)
        assert [entry["state"] for entry in body["locks"]] == ["put-back"]


async def test_and_so_they_can_after_a_second_breakdown(sandbox_of: Make) -> None:
    async with sandbox_of(swept("locked-collection")) as sandbox:
        name, incident = await broken_twice(sandbox)
        assert incident["reason"] == "BrokeDown"
        (removed,) = incident["actions"]
        assert (removed["fix"], removed["state"]) == ("remove-restore-point-locks", "done")
        status, body = await put_back(sandbox, name)
        if status == HTTPStatus.CONFLICT:  # the sweep may have made an incident of the backup that nobody follows
            assert body["error"]["code"] == "ItemBusy"
            assert removed["before"]["level"] == "CanNotDelete"
        else:
            assert [entry["state"] for entry in body["locks"]] == ["put-back"]


async def put_back(sandbox: Sandbox, name: str) -> tuple[int, dict[str, Any]]:
    """What became of the locks that an incident had removed."""
    url = f"{sandbox.functions_url}/api/incidents/{name}/restore-locks"
    async with sandbox.client.session.post(url) as answer:
        return answer.status, await answer.json()


async def test_a_plan_is_decided_anew_after_a_breakdown(sandbox_of: Make) -> None:
    scenario = swept("approved-deletion")
    async with sandbox_of(replace(scenario, decision=None)) as sandbox:
        asked = asyncio.Event()

        async def read(_: object) -> None:
            asked.set()

        sandbox.inbox.person = read
        name = await deliver(sandbox)
        await asyncio.wait_for(asked.wait(), 60)
        first = sandbox.inbox.requests[0].message["data"]["decisionUrl"]
        assert await sandbox.client.decide(first, "approve") == 202
        await broken(sandbox, name, asked)
        asked.clear()
        await sweep(sandbox)
        await asyncio.wait_for(asked.wait(), 60)
        second = sandbox.inbox.requests[-1].message["data"]["decisionUrl"]
        assert second != first
        assert await sandbox.client.decide(second, "approve") == 202
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["outcome"] == scenario.outcome


async def test_what_breaks_again_is_told_once_and_holds_nothing(sandbox_of: Make) -> None:
    async with sandbox_of(swept("plain-retry")) as sandbox:
        name, incident = await broken_twice(sandbox)
        assert (incident["outcome"], incident["reason"], incident["playbooks"]) == ("failed", "BrokeDown", [])
        assert "Non-Deterministic" in incident["summary"]
        assert any(name in command["line"] for step in incident["guidance"] for command in step["commands"])
        assert [wait["name"] for wait in incident["waits"]] == ["broke-down"]
        assert [report.message["type"] for report in sandbox.inbox.reports] == ["backup.incident.failed"]
        assert held(sandbox) == []
        assert 'responder_incident_reasons_total{reason="BrokeDown"} 1' in await metrics(sandbox)
        for told in [await deliver(sandbox), *ids(await sweep(sandbox))]:
            assert told == name
        assert await sandbox.client.incident(name) == incident
        assert len(sandbox.inbox.reports) == 1
        assert [told["then"] for told in logged(sandbox, "broke-down")] == ["begins-anew", "told"]


async def test_a_person_can_have_it_run_again_and_the_vm_is_free_for_that(sandbox_of: Make) -> None:
    async with sandbox_of(swept("plain-retry")) as sandbox:
        name, _ = await broken_twice(sandbox)
        incident = await sandbox.client.wait_for_end(await rerun(sandbox, name), 60)
        assert (incident["outcome"], incident["failure"]["rerunOf"]) == ("resolved", name)


async def test_a_faulty_deployment_is_told_by_the_app_itself(sandbox_of: Make, tmp_path: Path) -> None:
    async with sandbox_of(swept("plain-retry"), fresh=True) as sandbox:
        await redeployed(sandbox, faulty(tmp_path / "faulty"))
        name = await deliver(sandbox)
        for _ in range(2):
            await until(sandbox, name, "Failed")
            await sweep(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert (incident["outcome"], incident["reason"]) == ("failed", "BrokeDown")
        assert "nobody tried this deployment" in incident["summary"]
        assert "Traceback" not in sandbox.inbox.reports[0].body
        assert len(sandbox.inbox.reports) == 1
        await redeployed(sandbox, ROOT)
        again = await rerun(sandbox, name)
        assert (await sandbox.client.wait_for_end(again, 60))["outcome"] == "resolved"


async def redeployed(sandbox: Sandbox, root: Path) -> None:
    await sandbox.kill_host()
    deploy(sandbox, root)
    await sandbox.restart_host()


async def rerun(sandbox: Sandbox, name: str) -> str:
    """A person has an ended incident run again; the id of its next run."""
    url = f"{sandbox.functions_url}/api/rerun"
    async with sandbox.client.session.post(url, json={"incidentId": name}) as answer:
        assert answer.status == 202
        return str((await answer.json())["incidents"][0]["id"])


async def broken_twice(sandbox: Sandbox) -> tuple[str, dict[str, Any]]:
    """An incident that broke down, began anew and broke down again; its name, and how it ended."""
    reached = once(sandbox, backup)
    name = await deliver(sandbox)
    await broken(sandbox, name, reached)
    reached = once(sandbox, anything)
    await sweep(sandbox)
    await broken(sandbox, name, reached)
    assert sandbox.inbox.reports == []
    await sweep(sandbox)
    return name, await sandbox.client.wait_for_end(name, 60)


def ids(swept_up: dict[str, Any]) -> set[str]:
    return {str(entry["id"]) for entry in swept_up["incidents"]}


NOW = asyncio.Event()
NOW.set()
FIRST = {"name": "first", "url": "{inbox}/first", "format": "json", "secret": "{secret}"}


async def test_an_end_that_only_some_were_told_of_is_told_to_the_others(sandbox_of: Make) -> None:
    settings = {"RESPONDER_TARGETS": json.dumps([FIRST])}
    scenario = swept("unknown-payload")
    refusing = replace(scenario, settings=scenario.settings | settings, inbox=[InboxFault(status=503, for_minutes=120)])
    async with sandbox_of(refusing, 20.0) as sandbox:
        name = await deliver(sandbox)
        await waits(sandbox, name)
        await broken(sandbox, name, NOW)
        kept = await sandbox.client.incident(name)
        assert kept["outcome"] == "unrecognised"
        sandbox.inbox.moods._left.clear()
        await sweep(sandbox)
        await arrived(sandbox, "report")
        await until(sandbox, name, "Completed")
        told = [entry for hook in ("first", "report") for entry in sandbox.inbox.at(hook)]
        ours = [entry for entry in told if entry.headers["webhook-id"] == f"msg_{name}"]
        assert [(entry.hook, entry.taken) for entry in ours] == [("first", 1), ("report", 1)]


async def arrived(sandbox: Sandbox, hook: str) -> None:
    for _ in range(600):
        if sandbox.inbox.at(hook):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing arrived at {hook}")


async def test_two_sweeps_at_once_and_a_host_that_dies_make_one_beginning(sandbox_of: Make) -> None:
    async with sandbox_of(swept("plain-retry")) as sandbox:
        reached = once(sandbox, anything)
        name = await deliver(sandbox)
        await broken(sandbox, name, reached)
        graph = once(sandbox, lambda request: "resourcegraph" in str(request["path"]).lower(), of_an_incident=False)
        master = sandbox.secrets.master
        await asyncio.gather(*(sandbox.client.run_timer("sweep", master) for _ in range(3)))
        await asyncio.wait_for(graph.wait(), 30)
        await sandbox.kill_host()
        await sandbox.restart_host()
        await until_swept(sandbox)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert (incident["outcome"], len(sandbox.inbox.reports)) == ("resolved", 1)
        assert [wait["name"] for wait in incident["waits"]].count("broke-down") == 1
        assert [told["times"] for told in logged(sandbox, "broke-down")] == [1]


async def test_a_signal_that_broke_is_looked_for_anew_and_then_told(sandbox_of: Make) -> None:
    async with sandbox_of(swept("read-only"), 60.0) as sandbox:
        world = sandbox.cloud.world
        assert world.failed_job is not None
        world.failed_job.final = "Completed"
        body = alert_by("metric", world, world.failed_job)
        signal = (await sandbox.client.post_alert(body))["incidents"][0]["id"]
        for _ in range(2):
            await waits(sandbox, signal)
            await broken(sandbox, signal, NOW)
            await sweep(sandbox)
        ended = await until(sandbox, signal, "Completed")
        (name,) = ended["output"]["incidents"]
        incident = await sandbox.client.wait_for_end(name, 60)
        assert (incident["outcome"], incident["reason"]) == ("failed", "BrokeDown")
        assert incident["failure"]["source"] == "metric-alert"
        assert name == signal.replace("sig-", "inc-")
        assert len(sandbox.inbox.reports) == 1


async def test_what_somebody_terminated_is_left_alone(sandbox_of: Make) -> None:
    async with sandbox_of(swept("plain-retry")) as sandbox:
        reached = once(sandbox, anything)
        name = await deliver(sandbox)
        await asyncio.wait_for(reached.wait(), 30)
        url = f"{sandbox.functions_url}/runtime/webhooks/durabletask/instances/{name}/terminate"
        headers = {"x-functions-key": sandbox.secrets.system}
        async with sandbox.client.session.post(url, params={"reason": "meant"}, headers=headers) as answer:
            assert answer.status == 202
        await until(sandbox, name, "Terminated")
        assert (await sweep(sandbox))["sweep"]["broken"] == 0
        assert (await until(sandbox, name, "Terminated"))["instanceId"] == name
