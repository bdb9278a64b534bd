"""The API from outside: keys, bad input, the switch, decisions, and who an alert belongs to."""

import asyncio
from dataclasses import replace as copy
from http import HTTPStatus
from io import BytesIO
from json import dumps as to_text
from typing import Any

import aiohttp

from sandbox import scenario as scenarios
from sandbox.arm import builtin_alert
from sandbox.arm.machine_state import guid
from sandbox.play import deliver
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make


async def _until(sandbox: Sandbox, name: str, state: str) -> dict[str, Any]:
    incident: dict[str, Any] = {}
    for _ in range(600):
        incident = await sandbox.client.incident(name)
        if incident.get("state") == state:
            return incident
        await asyncio.sleep(0.05)
    raise AssertionError(f"incident {name} never was in state {state}: {incident.get('state')}")


async def _status(
    sandbox: Sandbox,
    method: str,
    path: str,
    *,
    data: bytes | BytesIO | dict[str, str] | None = None,
    json: object = None,
    headers: dict[str, str] | None = None,
) -> int:
    """Ask as somebody who holds nothing but what is given here."""
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.request(method, sandbox.functions_url + path, data=data, json=json, headers=headers) as answer,
    ):
        return answer.status


async def test_bad_input_gets_a_clear_answer_and_opens_nothing(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        key = {"x-functions-key": sandbox.key}
        post = ("POST", "/api/alerts")
        assert await _status(sandbox, *post, data=b"{}") == HTTPStatus.UNAUTHORIZED
        assert (
            await _status(sandbox, *post, data=b"{}", headers={"x-functions-key": "wrong"}) == HTTPStatus.UNAUTHORIZED
        )
        assert await _status(sandbox, *post, data=b"no json", headers=key) == HTTPStatus.BAD_REQUEST
        assert await _status(sandbox, *post, data=b"", headers=key) == HTTPStatus.BAD_REQUEST
        assert await _status(sandbox, *post, data=b"\xff\xfe", headers=key) == HTTPStatus.BAD_REQUEST
        large = BytesIO(to_text("x" * 1024 * 1024).encode())
        assert await _status(sandbox, *post, data=large, headers=key) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert await _status(sandbox, "GET", "/api/incidents/inc-none", headers=key) == HTTPStatus.NOT_FOUND
        assert await _status(sandbox, "GET", "/api/incidents/item@x", headers=key) == HTTPStatus.NOT_FOUND
        assert await _status(sandbox, "GET", "/api/incidents/inc-none") == HTTPStatus.UNAUTHORIZED
        assert await _status(sandbox, "GET", "/api/health") == HTTPStatus.OK
        assert await _status(sandbox, "POST", "/api/switch", data=b"[]", headers=key) == HTTPStatus.BAD_REQUEST
        assert await _status(sandbox, "POST", "/api/switch", data=b"x", headers=key) == HTTPStatus.BAD_REQUEST
        assert sandbox.inbox.received == []
        assert sandbox.cloud.calls == []


async def test_any_json_is_accepted_and_ends_unrecognised(sandbox_of: Make) -> None:
    bodies = (b"[]", b"{}", b'"text"', b"17", b"null", b"[[[1]]]", b'{"schemaId": "azureMonitorCommonAlertSchema"}')
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        for body in bodies:
            async with sandbox.client.session.post(f"{sandbox.functions_url}/api/alerts", data=body) as answer:
                assert answer.status == HTTPStatus.ACCEPTED
                told = await answer.json()
            for entry in told["incidents"]:
                incident = await sandbox.client.wait_for_end(entry["id"], 30)
                assert incident["outcome"] == "unrecognised"
            assert told["incidents"] or told["ignored"]
        assert sandbox.cloud.calls == []


async def test_the_switch_stops_changes_and_lets_them_go_on(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("cleanup-by-service")) as sandbox:
        url = f"{sandbox.functions_url}/api/switch"
        async with sandbox.client.session.post(url, json={"paused": True}) as answer:
            assert answer.status == HTTPStatus.ACCEPTED
        name = await deliver(sandbox)
        await _until(sandbox, name, "waiting-for-permit")
        assert sandbox.cloud.mutations == []
        async with sandbox.client.session.get(url) as answer:
            assert (await answer.json())["paused"] is True
        async with sandbox.client.session.post(url, json={"paused": False}) as answer:
            assert answer.status == HTTPStatus.ACCEPTED
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["outcome"] == "resolved"


async def test_a_paused_change_is_given_up_after_a_day(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("cleanup-by-service")) as sandbox:
        async with sandbox.client.session.post(f"{sandbox.functions_url}/api/switch", json={"paused": True}):
            name = await deliver(sandbox)
        incident = await sandbox.client.wait_for_end(name, 90)
        assert (incident["outcome"], incident["reason"]) == ("needs-human", "Paused")
        assert sandbox.cloud.mutations == []


async def test_only_a_post_with_the_right_token_decides_and_only_once(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("points-not-in-vault"), speed=7200) as sandbox:
        name = await deliver(sandbox)
        await _until(sandbox, name, "waiting-for-approval")
        for _ in range(100):
            if sandbox.inbox.requests:
                break
            await asyncio.sleep(0.05)
        url = str(sandbox.inbox.requests[-1].message["data"]["decisionUrl"])
        path = url.removeprefix(sandbox.functions_url)
        assert await _status(sandbox, "GET", path) == HTTPStatus.OK
        assert await _status(sandbox, "GET", path[:-3] + "abc") == HTTPStatus.FORBIDDEN
        assert (
            await _status(sandbox, "POST", path.partition("?")[0], data={"decision": "approve"}) == HTTPStatus.FORBIDDEN
        )
        assert await _status(sandbox, "POST", path, data={"decision": "maybe"}) == HTTPStatus.BAD_REQUEST
        assert await _status(sandbox, "POST", path, json={"decision": 7}) == HTTPStatus.BAD_REQUEST
        other = path.replace(name, "inc-" + "0" * 32)
        assert await _status(sandbox, "POST", other, data={"decision": "approve"}) == HTTPStatus.FORBIDDEN
        assert (await sandbox.client.incident(name))["state"] == "waiting-for-approval"
        assert await _status(sandbox, "POST", path, json={"decision": "decline"}) == HTTPStatus.ACCEPTED
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["outcome"] == "declined"
        assert await _status(sandbox, "POST", path, data={"decision": "approve"}) == HTTPStatus.CONFLICT


async def test_the_failure_of_the_apps_own_backup_opens_no_incident(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("locked-collection")) as sandbox:
        name = await deliver(sandbox)
        incident = await sandbox.client.wait_for_end(name, 90)
        world = sandbox.cloud.world
        world.failed_job = next(job for job in world.jobs if job.id == incident["retries"][0]["jobId"])
        answer = await sandbox.client.post_alert(builtin_alert(world))
        assert answer == {"incidents": [], "ignored": [{"reason": "OwnRetry"}]}


async def test_a_second_failure_of_an_item_that_is_worked_on_is_skipped(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("locked-collection"), speed=3600) as sandbox:
        name = await deliver(sandbox)
        await _until(sandbox, name, "waiting-for-service-clean-up")
        world = sandbox.cloud.world
        assert world.failed_job is not None
        world.failed_job = copy(world.failed_job, id=guid())
        world.jobs.append(world.failed_job)
        (entry,) = (await sandbox.client.post_alert(builtin_alert(world)))["incidents"]
        second = await sandbox.client.wait_for_end(entry["id"], 60)
        assert (second["outcome"], second["reason"]) == ("skipped", "DuplicateInProgress")
