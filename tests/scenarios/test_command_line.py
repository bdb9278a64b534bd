"""The command line with the whole app behind it: a night on call."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from responder.cli.main import main
from sandbox import scenario as scenarios
from sandbox.inbox import Delivery
from sandbox.play import deliver
from tests.scenarios.conftest import Make

Call = Callable[..., Awaitable[tuple[int, str]]]


async def test_a_night_on_call(sandbox_of: Make, capsys: pytest.CaptureFixture[str]) -> None:
    async with sandbox_of(scenarios.load("review-mode")) as sandbox:

        async def call(*arguments: str) -> tuple[int, str]:
            environ = {"RESPONDER_URL": sandbox.functions_url, "RESPONDER_KEY": sandbox.key}
            code = await asyncio.to_thread(main, arguments, environ)
            told = capsys.readouterr()
            assert sandbox.key not in told.out + told.err
            return code, told.out + told.err

        async def decide(asked: Delivery) -> None:
            link = asked.message["data"]["decisionUrl"]
            assert await asyncio.to_thread(main, ["decline", link], {}) == 0

        sandbox.inbox.person = decide
        first = await deliver(sandbox)
        code, told = await call("show", first, "--follow", "--every", "0.2")
        assert code == 1
        assert f"{first}: decline was sent." in told
        assert f"{first}  ended  declined" in told
        await sandbox.client.wait_for_end(first, 30)
        code, told = await call("rerun", "--incident", first, "--mode", "read-only", "--follow", "--every", "0.2")
        assert code == 1
        assert f"again after {first}, mode read-only" in told
        assert "ended  observed" in told
        code, told = await call("incidents", "--state", "ended", "--vm", "vm-app-01")
        assert (code, len(told.splitlines())) == (0, 3)
        assert first in told
        await _the_switch(call)


async def _the_switch(call: Call) -> None:
    assert (await call("pause"))[0] == 0
    told = ""
    for _ in range(100):  # the answer comes before the entity has taken the signal in
        code, told = await call("status")
        assert code == 0
        if "All changes are stopped by" in told:
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError(told)
    code, told = await call("restore-locks", "inc-" + "0" * 32)
    assert (code, "IncidentNotFound: There is no incident" in told) == (1, True)
