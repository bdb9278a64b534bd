"""Where a naive engine goes on and the extension does not: the engine must stall as the extension would."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sandbox.durable import Options
from tests.sandbox.durable import functions
from tests.sandbox.durable.functions import DAY, HOUR
from tests.sandbox.durable.harness import Lab

pytestmark = pytest.mark.filterwarnings("ignore:Potential duplicate Task completion")


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncGenerator[Lab]:
    async with Lab(tmp_path, Options(max_concurrent_activities=1)) as lab:
        yield lab


async def begin(lab: Lab, name: str, value: object = None) -> None:
    await lab.start(name, value, "i")
    await lab.settle()


async def tell(lab: Lab, name: str) -> None:
    await lab.raise_event("i", name)
    await lab.settle()


async def running(lab: Lab) -> bool:
    return bool((await lab.status("i"))["runtimeStatus"] == "Running")


async def test_one_deadline_for_many_rounds_hangs(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    await begin(lab, "one_deadline")
    await tell(lab, "tick")
    assert not lab.engine.stalls()
    await lab.advance(HOUR)
    await lab.advance(30 * DAY)
    assert await running(lab)
    assert functions.LOG == ["echo tick"]
    [hang] = lab.engine.hangs()
    assert (hang.instance_id, hang.for_good) == ("i", True)
    assert "external event 'tick'" in hang.text
    assert (await lab.status("i"))["diagnostic"] == {"text": hang.text, "forGood": True}
    assert "would hang in Azure: orchestration i" in caplog.text
    await tell(lab, "tick")
    assert functions.LOG == ["echo tick", "echo late"]
    assert (await lab.ended("i"))["output"] == "late"
    assert not lab.engine.stalls()


async def test_one_deadline_without_a_second_round_is_fine(lab: Lab) -> None:
    await begin(lab, "one_deadline")
    await lab.advance(HOUR)
    assert (await lab.ended("i"))["output"] == "late"


async def test_an_uncancelled_timer_of_a_later_round_stalls(lab: Lab) -> None:
    await begin(lab, "long_wait", value=False)
    await lab.advance(HOUR)
    await tell(lab, "done")
    assert await running(lab)
    assert functions.LOG == []
    assert [stall.for_good for stall in lab.engine.stalls()] == [False]
    assert not lab.engine.hangs()
    await lab.advance(HOUR)
    assert (await lab.ended("i"))["output"] == "after"


async def test_a_cancelled_timer_of_a_later_round_does_not_stall(lab: Lab) -> None:
    await begin(lab, "long_wait", value=True)
    await lab.advance(HOUR)
    await tell(lab, "done")
    assert (await lab.status("i"))["output"] == "after"


@pytest.mark.parametrize("how, ends", [("return", "Completed"), ("raise", "Failed")])
async def test_an_open_timer_keeps_an_ended_instance_running(lab: Lab, how: str, ends: str) -> None:
    await begin(lab, "leaves_timer", how)
    assert await running(lab)
    assert "while open: the timer of" in lab.engine.stalls()[0].text
    await lab.advance(HOUR)
    assert (await lab.status("i"))["runtimeStatus"] == ends


async def test_an_open_timer_delays_continue_as_new(lab: Lab) -> None:
    await begin(lab, "leaves_timer", "again")
    assert functions.LOG == ["echo first"]
    await lab.advance(HOUR)
    assert functions.LOG == ["echo first", "echo first"]
    await lab.advance(HOUR)
    assert (await lab.status("i"))["output"] == "over"


async def test_a_long_timer_stalls_until_its_leg_ends(lab: Lab) -> None:
    await begin(lab, "long_timer")
    await lab.advance(3 * DAY)
    await tell(lab, "x")
    assert await running(lab)
    assert functions.LOG == []
    await lab.advance(2 * DAY)
    assert functions.LOG == []
    await lab.advance(5 * DAY)
    assert functions.LOG == ["echo after"]


async def test_the_second_wait_of_an_early_event_waits_for_a_second_event(lab: Lab) -> None:
    await begin(lab, "early_twice")
    await lab.raise_event("i", "x", 1)
    await lab.settle()
    await lab.advance(HOUR)
    assert functions.LOG == []
    assert len(lab.engine.hangs()) == 1
    await lab.raise_event("i", "x", 2)
    await lab.settle()
    assert (await lab.status("i"))["output"] == ["1", "1"]


async def test_after_a_failed_member_the_next_action_waits_for_all_members(lab: Lab) -> None:
    await begin(lab, "goes_on_after_failure")
    assert functions.LOG == ["fail x"]
    assert len(lab.engine.stalls()) == 1
    await lab.advance(HOUR)
    assert functions.LOG == ["fail x", "echo after"]
    assert (await lab.status("i"))["output"] == "over"


async def test_beside_a_busy_retry_the_next_activity_completes_unrun(lab: Lab) -> None:
    await begin(lab, "goes_on_beside_retry")
    assert functions.LOG == ["fail x", "flaky"]
    await lab.advance(HOUR)
    await lab.advance(HOUR)
    assert (await lab.ended("i"))["output"] == {"after": None}


async def test_a_retry_that_beats_a_cancelled_timer_is_non_deterministic(lab: Lab) -> None:
    await begin(lab, "retry_against_time")
    await lab.advance(HOUR)
    status = await lab.status("i")
    assert status["runtimeStatus"] == "Failed"
    assert "Non-Deterministic workflow detected" in status["output"]
