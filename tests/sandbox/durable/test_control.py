"""What clients do to instances: one id, its ends, pauses, and second lives."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sandbox.durable import AlreadyRunning, BadRequest, Gone, NotFound, Options, Query, UnknownFunction
from tests.sandbox.durable import functions
from tests.sandbox.durable.functions import DAY, HOUR
from tests.sandbox.durable.harness import Lab


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncGenerator[Lab]:
    async with Lab(tmp_path, Options()) as lab:
        yield lab


async def test_a_live_id_is_refused(lab: Lab) -> None:
    await lab.start("waiter", None, "i")
    await lab.settle()
    with pytest.raises(AlreadyRunning, match="status Running already exists"):
        await lab.start("chain", 1, "i")


async def test_an_ended_id_is_silently_replaced_history_and_all(lab: Lab) -> None:
    await lab.run("chain", 1, "i")
    before = len(lab.history("i"))
    status = await lab.run("nap", 0, "i")
    assert (status["name"], status["customStatus"]) == ("nap", None)
    assert len(lab.history("i")) != before


async def test_terminate_ends_at_once_and_drops_what_comes_later(lab: Lab) -> None:
    await lab.start("nap", 3600, "i")
    await lab.settle()
    await lab.engine.terminate("i", "enough")
    status = await lab.status("i")
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "enough")
    await lab.advance(HOUR)
    assert (await lab.status("i"))["runtimeStatus"] == "Terminated"
    with pytest.raises(Gone):
        await lab.engine.terminate("i", "again")


async def test_a_terminated_child_fails_its_parents_task(lab: Lab) -> None:
    await lab.start("parent", ["waiter", "kid"], "i")
    await lab.settle()
    await lab.engine.terminate("kid", "enough")
    assert (await lab.ended("i"))["output"].startswith("enough \n ")


async def test_a_suspended_instance_sees_events_after_it_is_resumed(lab: Lab) -> None:
    await lab.start("waiter", None, "i")
    await lab.settle()
    await lab.engine.suspend("i", "wait")
    await lab.raise_event("i", "decision", "go")
    await lab.settle()
    assert (await lab.status("i"))["runtimeStatus"] == "Suspended"
    await lab.engine.resume("i", "go on")
    assert (await lab.ended("i"))["output"] == '"go"'
    assert [event["EventType"] for event in lab.history("i") if event["EventType"] in (15, 19, 20)] == [19, 15, 20]


async def test_a_suspended_instance_can_be_terminated(lab: Lab) -> None:
    await lab.start("waiter", None, "i")
    await lab.engine.suspend("i", "wait")
    await lab.engine.terminate("i", "enough")
    assert (await lab.status("i"))["runtimeStatus"] == "Terminated"


async def test_events_for_nobody_and_for_the_dead(lab: Lab) -> None:
    with pytest.raises(NotFound):
        await lab.raise_event("nobody", "x")
    await lab.run("nap", 0, "i")
    with pytest.raises(Gone):
        await lab.raise_event("i", "x")


@pytest.mark.parametrize("new_id", [True, False])
async def test_restart_runs_again_with_the_same_input(lab: Lab, new_id: bool) -> None:
    await lab.run("chain", "x", "i")
    again = await lab.engine.restart("i", new_id=new_id)
    assert (again == "i") is not new_id
    assert (await lab.ended(again))["output"] == {"answer": ["x"]}


async def test_a_live_instance_restarts_only_under_another_id(lab: Lab) -> None:
    await lab.start("waiter", None, "i")
    with pytest.raises(AlreadyRunning):
        await lab.engine.restart("i", new_id=False)


async def test_rewind_repeats_what_failed(lab: Lab) -> None:
    await lab.run("failing", None, "i")
    await lab.engine.rewind("i", "again")
    assert (await lab.ended("i"))["runtimeStatus"] == "Failed"
    assert functions.LOG == ["fail broken"] * 2


async def test_rewind_goes_into_failed_children(lab: Lab) -> None:
    await lab.run("passes_on", 2, "i")
    assert (await lab.status("i"))["runtimeStatus"] == "Failed"
    await lab.engine.rewind("i", "again")
    await lab.ended("i")
    await lab.engine.rewind("i", "and again")
    assert (await lab.ended("i"))["output"] == "at last"
    assert functions.LOG == ["flaky"] * 3


async def test_only_a_failed_instance_can_be_rewound(lab: Lab) -> None:
    await lab.run("chain", 1, "i")
    with pytest.raises(BadRequest):
        await lab.engine.rewind("i", "why")


async def test_purge_deletes_only_what_has_ended(lab: Lab) -> None:
    await lab.run("nap", 0, "i")
    await lab.start("waiter", None, "j")
    assert [await lab.engine.purge(name) for name in ("i", "j", "k")] == [1, 0, 0]
    assert await lab.engine.status("i") is None
    await lab.engine.terminate("j", "x")
    assert await lab.engine.purge_by(Query(statuses=frozenset({"Terminated"}))) == 1


async def test_bad_starts_are_refused(lab: Lab) -> None:
    with pytest.raises(UnknownFunction, match="doesn't exist"):
        await lab.start("nobody")
    for bad in ("@i", "a/b", "a#b", "x" * 257):
        with pytest.raises(BadRequest):
            await lab.start("nap", 0, bad)


async def test_lists_are_pages_in_the_order_of_ids_with_entities_among_them(lab: Lab) -> None:
    await lab.run("asks_entity", None, "i-2")
    await lab.advance(DAY)
    await lab.run("nap", 0, "i-1")
    page = await lab.engine.list_instances(top=2)
    assert [row["instanceId"] for row in page.rows] == ["@counter@k1", "i-1"]
    assert page.token == "i-1"
    rest = await lab.engine.list_instances(top=2, token=page.token)
    assert ([row["instanceId"] for row in rest.rows], rest.token) == (["i-2"], None)
    early = await lab.engine.list_instances(Query(created_to=lab.clock.time() - 3600, prefix="i-"))
    assert [row["instanceId"] for row in early.rows] == ["i-2"]
