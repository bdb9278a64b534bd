"""The lock that an incident removed comes back when a person asks, over HTTP, as it was."""

import asyncio
from http import HTTPStatus
from typing import Any

from sandbox import scenario as scenarios
from sandbox.play import deliver
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make


async def _post(sandbox: Sandbox, path: str, body: object = None) -> tuple[int, Any]:
    async with sandbox.client.session.post(f"{sandbox.functions_url}{path}", json=body) as answer:
        return answer.status, await answer.json()


async def _switch(sandbox: Sandbox, *, paused: bool) -> None:
    """Set the switch and wait until it is set: the answer comes before the entity has taken the signal in."""
    await _post(sandbox, "/api/switch", {"paused": paused})
    for _ in range(100):
        async with sandbox.client.session.get(f"{sandbox.functions_url}/api/switch") as answer:
            if (await answer.json())["paused"] is paused:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the switch was not set")


async def test_a_removed_lock_is_put_back_once(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("locked-collection")) as sandbox:
        before = [(lock.scope, lock.name, lock.level, lock.notes) for lock in sandbox.cloud.world.locks]
        name = await deliver(sandbox)
        path = f"/api/incidents/{name}/restore-locks"
        status, body = await _post(sandbox, path)
        assert (status, body["error"]["code"]) == (HTTPStatus.CONFLICT, "IncidentRunning")
        incident = await sandbox.client.wait_for_end(name, 90)
        (removed,) = [entry for entry in incident["actions"] if entry["fix"] == "remove-restore-point-locks"]
        await _switch(sandbox, paused=True)
        status, body = await _post(sandbox, path)
        assert (status, body["error"]["code"]) == (HTTPStatus.CONFLICT, "Paused")
        await _switch(sandbox, paused=False)
        for state in ("put-back", "exists"):
            status, body = await _post(sandbox, path)
            assert status == HTTPStatus.OK
            assert body == {"locks": [{"id": removed["before"]["id"], "state": state, "reason": None}]}
        after = [lock for lock in sandbox.cloud.world.locks if not lock.gone]
        assert [(lock.scope.lower(), lock.name, lock.level, lock.notes) for lock in after] == [
            (scope.lower(), *rest) for scope, *rest in before
        ]


async def test_it_needs_a_key_and_an_incident(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        for name in ("inc-none", "item@x", "inc-" + "0" * 32):
            status, body = await _post(sandbox, f"/api/incidents/{name}/restore-locks")
            assert (status, body["error"]["code"]) == (HTTPStatus.NOT_FOUND, "IncidentNotFound")
        url = f"{sandbox.functions_url}/api/incidents/inc-none/restore-locks"
        async with sandbox.client.session.post(url, headers={"x-functions-key": "wrong"}) as answer:
            assert answer.status == HTTPStatus.UNAUTHORIZED
        assert sandbox.cloud.calls == []
