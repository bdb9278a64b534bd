import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sandbox.durable import BadRequest, EntityFailed, Options, UnknownFunction
from tests.sandbox.durable import functions
from tests.sandbox.durable.harness import Lab, LocalInvoker


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncGenerator[Lab]:
    async with Lab(tmp_path) as lab:
        yield lab


async def signal(lab: Lab, operation: str, value: object = None) -> None:
    """As the SDK's client does: a falsy value sends no body."""
    await lab.engine.signal_entity("Counter", "k1", operation, json.dumps(json.dumps(value)) if value else None)


async def test_calls_and_signals_run_in_order_and_answer(lab: Lab) -> None:
    status = await lab.run("asks_entity")
    assert status["output"] == {"total": 5, "error": "no operation fail"}
    assert functions.LOG == ["counter add", "counter add", "counter fail", "counter get"]


async def test_an_entity_call_is_written_as_event_sent_and_event_raised(lab: Lab) -> None:
    await lab.run("entity_or_time", None, "i")
    sent = next(event for event in lab.history("i") if event["EventType"] == 14)
    raised = next(event for event in lab.history("i") if event["EventType"] == 15)
    assert json.loads(sent["Input"])["id"] == raised["Name"]
    assert json.loads(raised["Input"]) == {"result": "1"}
    assert (await lab.status("i"))["output"] == 1


async def test_waiting_operations_are_one_batch_in_order(lab: Lab) -> None:
    for value in (1, 2, 3):
        await signal(lab, "add", value)
    await lab.settle()
    assert functions.LOG == ["counter add"] * 3
    assert await lab.engine.read_entity("COUNTER", "k1") == "6"


async def test_batches_have_a_limit(tmp_path: Path) -> None:
    async with Lab(tmp_path, Options(max_entity_batch=2)) as lab:
        for value in range(1, 8):
            await signal(lab, "add", value)
        await lab.settle()
        assert await lab.engine.read_entity("counter", "k1") == "28"


async def test_a_failed_signal_is_logged_and_the_batch_goes_on(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    await signal(lab, "nonsense", 1)
    await signal(lab, "add", 1)
    await lab.settle()
    assert "no operation nonsense" in caplog.text
    assert await lab.engine.read_entity("counter", "k1") == "1"


async def test_a_falsy_signal_input_is_an_error_as_in_azure(lab: Lab) -> None:
    await signal(lab, "add", 0)
    await lab.settle()
    assert await lab.engine.read_entity("counter", "k1") is None


async def test_a_deleted_entity_does_not_exist(lab: Lab) -> None:
    await signal(lab, "add", 1)
    await lab.settle()
    await signal(lab, "delete", 1)
    await lab.settle()
    assert await lab.engine.read_entity("counter", "k1") is None


async def test_keys_have_their_case_and_names_have_not(lab: Lab) -> None:
    await signal(lab, "add", 1)
    await lab.settle()
    assert await lab.engine.read_entity("counter", "K1") is None
    assert await lab.engine.read_entity("cOUNTER", "k1") == "1"


async def test_unknown_names_and_bad_keys_are_refused(lab: Lab) -> None:
    with pytest.raises(UnknownFunction):
        await lab.engine.signal_entity("nobody", "k1", "add", None)
    with pytest.raises(BadRequest):
        await lab.engine.signal_entity("Counter", "a/b", "add", None)


class Breaking(LocalInvoker):
    async def entity(self, name: str, request: str) -> str:
        await asyncio.sleep(0)
        raise EntityFailed("the handle broke")


async def test_an_entity_that_breaks_answers_its_callers(tmp_path: Path) -> None:
    async with Lab(tmp_path, invoker=Breaking(functions.functions())) as lab:
        status = await lab.run("asks_entity")
        assert status["runtimeStatus"] == "Failed"
        assert "the handle broke" in status["output"]
