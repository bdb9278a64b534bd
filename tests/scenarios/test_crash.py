"""``kill -9`` of the functions host at many moments: same outcome, no change repeated, one report."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox import scenario as scenarios
from sandbox.arm.exchange import Answer
from sandbox.play import deliver
from sandbox.runner import Sandbox
from sandbox.verdict import problems
from tests.scenarios.conftest import Make

ACCEPTED = 0
MOMENTS = [ACCEPTED, 1, 5, 9, 12, 13, 15, 16, 18, 22, 26, 30, 31, 33, 38]
"""Numbers of the ARM request that had just taken effect when the host died, its answer still unread."""


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_incident_ends_as_if_nothing_had_happened(moment: int, sandbox_of: Make) -> None:
    scenario = scenarios.load(scenarios.DEFAULT)
    async with sandbox_of(scenario) as sandbox:
        reached = _moment(sandbox, moment)
        name = await deliver(sandbox)
        await asyncio.wait_for(reached.wait(), 60)
        await sandbox.kill_host()
        await sandbox.restart_host()
        incident = await sandbox.client.wait_for_end(name, 90)
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []


async def test_the_host_may_die_again_and_again(sandbox_of: Make) -> None:
    scenario = scenarios.load(scenarios.DEFAULT)
    async with sandbox_of(scenario, fresh=True) as sandbox:
        reached = _moment(sandbox, 2)
        name = await deliver(sandbox)
        for moment in (6, 13, 15, 29, 33):
            await asyncio.wait_for(reached.wait(), 60)
            reached = _moment(sandbox, moment)
            await sandbox.kill_host()
            await sandbox.restart_host()
        incident = await sandbox.client.wait_for_end(name, 90)
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []


def _moment(sandbox: Sandbox, number: int) -> asyncio.Event:
    """Is set in the instant in which the simulator has carried out its n-th request, before the answer is sent."""
    reached, cloud, carry_out = asyncio.Event(), sandbox.cloud, sandbox.cloud.answer
    if number <= len(cloud.calls):
        reached.set()

    def answer(request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        result = carry_out(request, headers)
        if len(cloud.calls) >= number:
            reached.set()
        return result

    cloud.answer = answer  # type: ignore[method-assign]
    return reached


async def test_nobody_takes_the_address_while_the_host_is_down(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load(scenarios.DEFAULT), 1.0) as sandbox:
        port = int(sandbox.functions_url.rpartition(":")[2])
        await sandbox.kill_host()
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port))
        await sandbox.restart_host()
        async with sandbox.client.session.get(f"{sandbox.functions_url}/api/health") as answer:
            assert answer.status == 200
