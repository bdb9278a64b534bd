"""Apps and hosts that break the protocol: the instance fails and says why, the engine goes on."""

import asyncio
from pathlib import Path

import pytest

from sandbox.durable import FunctionKind, OrchestratorFailed
from tests.sandbox.durable import functions
from tests.sandbox.durable.harness import Lab, LocalInvoker


class Odd(LocalInvoker):
    """Answers what it is told to answer."""

    def __init__(self, answer: str = "", failure: str = "") -> None:
        super().__init__(functions.functions())
        self._answer, self._failure = answer, failure

    async def orchestrator(self, name: str, request: str) -> str:
        if name != "waiter":
            return await super().orchestrator(name, request)
        if self._failure:
            raise OrchestratorFailed(self._failure)
        return self._answer

    async def entity(self, name: str, request: str) -> str:
        return self._answer


@pytest.mark.parametrize("answer", ["", "nonsense", "[]", '{"isDone": 1}', '{"actions": [[{"kind": 1}]]}'])
async def test_a_response_outside_the_protocol_fails_the_instance(tmp_path: Path, answer: str) -> None:
    async with Lab(tmp_path, invoker=Odd(answer)) as lab:
        status = await lab.run("waiter")
        assert status["runtimeStatus"] == "Failed"
        assert "not what the protocol asks for" in status["output"]
        assert (await lab.run("chain", 1))["runtimeStatus"] == "Completed"


async def test_a_bare_exception_is_a_failure_without_actions(tmp_path: Path) -> None:
    async with Lab(tmp_path, invoker=Odd(failure="ImportError: no module")) as lab:
        output = (await lab.run("waiter"))["output"]
        assert output == "Orchestrator function 'waiter' failed: ImportError: no module"


async def test_an_entity_answer_outside_the_protocol_is_an_error_of_the_call(tmp_path: Path) -> None:
    async with Lab(tmp_path, invoker=Odd("nonsense")) as lab:
        assert "not what the protocol asks for" in (await lab.run("asks_entity"))["output"]


class Forgetful(LocalInvoker):
    """Loses a function after a while, as an app does that was deployed anew without it."""

    lost = ""

    def knows(self, kind: FunctionKind, name: str) -> bool:
        return name.lower() != self.lost and super().knows(kind, name)


async def test_an_orchestrator_that_went_missing_fails_its_instances(tmp_path: Path) -> None:
    invoker = Forgetful(functions.functions())
    async with Lab(tmp_path, invoker=invoker) as lab:
        await lab.start("waiter", None, "i")
        await lab.settle()
        invoker.lost = "waiter"
        await lab.raise_event("i", "decision")
        assert "The function 'waiter' doesn't exist" in (await lab.ended("i"))["output"]


class Gated(LocalInvoker):
    """Holds an episode open until it is let through."""

    def __init__(self) -> None:
        super().__init__(functions.functions())
        self.entered, self.gate = asyncio.Event(), asyncio.Event()

    async def orchestrator(self, name: str, request: str) -> str:
        self.entered.set()
        await self.gate.wait()
        return await super().orchestrator(name, request)


@pytest.mark.parametrize("replaced", [True, False])
async def test_an_episode_that_outlives_its_execution_changes_nothing(tmp_path: Path, replaced: bool) -> None:
    gated = Gated()
    async with Lab(tmp_path, invoker=gated) as lab:
        await lab.start("chain", 1, "i")
        await gated.entered.wait()
        await lab.engine.terminate("i", "enough")
        if replaced:
            await lab.start("waiter", None, "i")
        gated.gate.set()
        await lab.settle()
        assert functions.LOG == []
        status = await lab.status("i")
        assert (status["name"], status["runtimeStatus"]) == (
            ("waiter", "Running") if replaced else ("chain", "Terminated")
        )


async def test_what_arrives_during_an_episode_is_seen_in_the_next(tmp_path: Path) -> None:
    gated = Gated()
    async with Lab(tmp_path, invoker=gated) as lab:
        await lab.start("waiter", None, "i")
        await gated.entered.wait()
        await lab.raise_event("i", "decision", "go")
        gated.gate.set()
        assert (await lab.ended("i"))["output"] == '"go"'


async def test_suspension_during_an_episode_holds_the_next(tmp_path: Path) -> None:
    gated = Gated()
    async with Lab(tmp_path, invoker=gated) as lab:
        await lab.start("chain", 1, "i")
        await gated.entered.wait()
        await lab.engine.suspend("i", "wait")
        gated.gate.set()
        await lab.settle()
        assert (await lab.status("i"))["runtimeStatus"] == "Suspended"
        assert functions.LOG == ["echo 1"]
        await lab.engine.resume("i", "go on")
        assert (await lab.ended("i"))["runtimeStatus"] == "Completed"


class SlowActivity(LocalInvoker):
    """Holds activities open until they are let through."""

    def __init__(self) -> None:
        super().__init__(functions.functions())
        self.entered, self.gate = asyncio.Event(), asyncio.Event()

    async def activity(self, name: str, input_text: str) -> str:
        self.entered.set()
        await self.gate.wait()
        return await super().activity(name, input_text)


async def test_a_result_for_an_execution_that_was_replaced_is_dropped(tmp_path: Path) -> None:
    slow = SlowActivity()
    async with Lab(tmp_path, invoker=slow) as lab:
        await lab.start("chain", 1, "i")
        await slow.entered.wait()
        await lab.engine.terminate("i", "enough")
        await lab.start("waiter", None, "i")
        slow.gate.set()
        await lab.settle()
        assert functions.LOG == ["echo 1"]
        assert [event["EventType"] for event in lab.history("i")] == [12, 0, 13]
