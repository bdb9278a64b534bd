from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sandbox.durable import Options
from tests.sandbox.durable import functions
from tests.sandbox.durable.harness import START, Lab

pytestmark = pytest.mark.filterwarnings("ignore:Potential duplicate Task completion")


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncGenerator[Lab]:
    async with Lab(tmp_path) as lab:
        yield lab


async def test_a_chain_of_activities_ends_with_its_output_and_status(lab: Lab) -> None:
    status = await lab.run("chain", {"vm": "vm-app-01"}, "inc-1")
    assert status["output"] == {"answer": [{"vm": "vm-app-01"}]}
    assert status["customStatus"] == {"step": "end"}
    assert status["input"] == '{"vm": "vm-app-01"}'
    assert (status["name"], status["runtimeStatus"]) == ("chain", "Completed")


async def test_sequence_ids_and_event_kinds_are_the_extensions(lab: Lab) -> None:
    await lab.run("chain", 1, "inc-1")
    kinds = [(event["EventType"], event["EventId"]) for event in lab.history("inc-1")]
    assert kinds == [
        (12, -1),
        (0, -1),
        (4, 0),
        (13, -1),
        (12, -1),
        (5, -1),
        (4, 1),
        (13, -1),
        (12, -1),
        (5, -1),
        (1, -1),
        (13, -1),
    ]


async def test_fan_out_gives_results_in_the_order_of_the_calls(lab: Lab) -> None:
    assert (await lab.run("fan_out"))["output"] == list(range(12))


@pytest.mark.parametrize("span", [60, 86_400, 6 * 86_400, 6 * 86_400 + 1, 10 * 86_400])
async def test_timers_pass_virtual_time_only_and_never_wake_early(lab: Lab, span: int) -> None:
    output = (await lab.run("nap", span))["output"]
    assert span <= output < span + 5
    assert lab.clock.now() >= START


async def test_long_timers_go_in_legs_of_three_days(lab: Lab) -> None:
    status = await lab.run("nap", 10 * 86_400)
    fires = [event["FireAt"] for event in lab.history(status["instanceId"]) if event["EventType"] == 10]
    assert len(fires) == 3


async def test_an_event_of_the_client_arrives_as_json_text(lab: Lab) -> None:
    await lab.start("waiter", None, "inc-1")
    await lab.settle()
    await lab.raise_event("inc-1", "decision", {"by": "operator"})
    assert (await lab.ended("inc-1"))["output"] == '{"by": "operator"}'


async def test_an_event_posted_as_plain_json_arrives_as_value(lab: Lab) -> None:
    await lab.start("waiter", None, "inc-1")
    await lab.settle()
    await lab.engine.raise_event("inc-1", "decision", '{"by":"operator"}')
    assert (await lab.ended("inc-1"))["output"] == {"by": "operator"}


async def test_an_early_event_waits_for_its_wait(lab: Lab) -> None:
    async with lab.engine.hold():
        await lab.start("late_waiter", None, "inc-1")
        await lab.settle()
        await lab.raise_event("inc-1", "decision", 1)
    assert (await lab.ended("inc-1"))["output"] == "1"


async def test_the_newest_wait_of_a_name_gets_the_event(lab: Lab) -> None:
    await lab.start("same_names", None, "inc-1")
    await lab.settle()
    await lab.raise_event("inc-1", "x", "first")
    await lab.raise_event("inc-1", "x", "second")
    assert (await lab.ended("inc-1"))["output"] == ['"second"', '"first"']


@pytest.mark.parametrize("rounds", [0, 2])
async def test_the_recommended_loop_goes_on_at_once(tmp_path: Path, rounds: int) -> None:
    async with Lab(tmp_path, Options()) as lab:
        await lab.start("follow", None, "inc-1")
        await lab.settle()
        for _ in range(rounds):
            await lab.advance(functions.HOUR)
        await lab.raise_event("inc-1", "job-7")
        assert (await lab.ended("inc-1"))["output"] == rounds
        assert not lab.engine.stalls()


async def test_a_failed_activity_reads_as_in_azure(lab: Lab) -> None:
    output = (await lab.run("catching"))["output"]
    assert output.startswith("Activity function 'fail' failed:  ValueError: broken \n {")


async def test_an_uncaught_failure_fails_the_instance(lab: Lab) -> None:
    status = await lab.run("failing")
    assert status["runtimeStatus"] == "Failed"
    assert status["output"].startswith("Orchestrator function 'failing' failed: Activity function 'fail' failed:")


async def test_retries_pause_between_attempts(lab: Lab) -> None:
    status = await lab.run("retrying", 2)
    assert status["output"] == "at last"
    assert functions.LOG == ["flaky"] * 3
    assert lab.clock.now().timestamp() - START.timestamp() >= 120


async def test_retries_end(lab: Lab) -> None:
    status = await lab.run("retrying", 9)
    assert "ConnectionError: not yet" in status["output"]
    assert functions.LOG == ["flaky"] * 3


async def test_a_child_gets_input_and_parent(lab: Lab) -> None:
    status = await lab.run("parent", ["child", "kid"], "inc-1")
    assert status["output"] == {"given": {"from": "parent"}, "parent": "inc-1"}
    assert (await lab.status("kid"))["runtimeStatus"] == "Completed"


async def test_a_child_without_id_is_named_after_the_execution(lab: Lab) -> None:
    status = await lab.run("parent", ["child", None], "inc-1")
    created = next(event for event in lab.history("inc-1") if event["EventType"] == 7)
    execution = lab.engine._store.instance("inc-1")
    assert execution
    assert created["InstanceId"] == f"{execution.execution}:0"
    assert status["runtimeStatus"] == "Completed"


async def test_a_failed_child_fails_the_task(lab: Lab) -> None:
    output = (await lab.run("parent", ["failing", None]))["output"]
    assert output.startswith("Orchestrator function 'failing' failed: Activity function 'fail' failed:")


async def test_a_child_id_that_is_alive_fails_the_task(lab: Lab) -> None:
    await lab.start("waiter", None, "kid")
    assert "already exists" in (await lab.run("parent", ["child", "kid"]))["output"]


async def test_continue_as_new_starts_a_fresh_history_under_the_same_id(lab: Lab) -> None:
    status = await lab.run("eternal", 3, "watcher")
    await lab.settle()
    assert status["output"] == "ended"
    assert status["input"] == "0"
    assert [line for line in functions.LOG if line.startswith("echo")] == ["echo 3", "echo 2", "echo 1", "echo 0"]
    assert len([event for event in lab.history("watcher") if event["EventType"] == 4]) == 1
    assert await lab.engine.read_entity("counter", "k1") == "4"


@pytest.mark.parametrize("size, ends", [(8190, "Completed"), (8191, "Failed")])
async def test_a_custom_status_over_16_kilobytes_fails_the_instance(lab: Lab, size: int, ends: str) -> None:
    status = await lab.run("wide_status", size)
    assert status["runtimeStatus"] == ends
    assert ("must not exceed 16 KB" in str(status["output"])) is (ends == "Failed")


@pytest.mark.parametrize("kind", ["activity", "child", "entity"])
async def test_an_unknown_function_fails_loudly(lab: Lab, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    status = await lab.run("calls", kind)
    assert status["runtimeStatus"] == "Failed"
    assert "The function 'nobody' doesn't exist" in status["output"]
    assert "nobody" in caplog.text


async def test_durable_http_is_refused(lab: Lab) -> None:
    assert "CALL_HTTP" in (await lab.run("calls", "http"))["output"]


async def test_too_many_actions_fail_the_instance(tmp_path: Path) -> None:
    async with Lab(tmp_path, Options(max_actions=1)) as lab:
        assert "more than 1 actions" in (await lab.run("chain"))["output"]
