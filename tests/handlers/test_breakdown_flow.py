"""An incident that broke down twice ends as failed, once, and lets go of all that it may hold."""

from datetime import timedelta
from typing import Any, cast

from msgspec.structs import replace

from handlers import breakdown_flow, incident_flow
from handlers.breakdown import SETTLED, Breakdown, Told
from handlers.durable import DurableOrchestrationContext
from handlers.entities import Receipt
from handlers.hops import Hops
from handlers.keys import item_key
from handlers.messages import Answer
from handlers.story import Story
from responder.incident import FailedBackup, Incident, Outcome
from responder.notify.webhook import Delivery, DeliveryState
from responder.wire import record, typed
from tests.handlers.flows import START, FakeContext, Task, drive, hops

VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v"
VM = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1"
ITEM = (
    f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;vm-1"
    "/protectedItems/VM;iaasvmcontainerv2;rg;vm-1"
)
FAILURE = FailedBackup(source="builtin-alert", vault_id=VAULT, job_id="job-1")
TWICE = [
    Breakdown(at=START - timedelta(hours=hours), began=START - timedelta(hours=hours + 1), why=f"cause {hours}", vm=VM)
    for hours in (3, 1)
]
ENDED = Incident(
    id="inc-1",
    state="ended",
    outcome=Outcome.SKIPPED,
    failure=FAILURE,
    opened_at=START,
    ended_at=START,
    summary="earlier",
)


class World:
    """Answers what a flow asks, and keeps it."""

    def __init__(self, ended: Incident | None = None) -> None:
        self.asked: list[Task] = []
        self._ended = ended

    def __call__(self, task: Task) -> Any:
        self.asked.append(task)
        match task.name:
            case "receipt.open":
                return record(Receipt(ended=self._ended))
            case "receipt.close":
                return record(Receipt(ended=typed(task.payload["ended"], Incident)))
            case "deliver":
                return record(Answer(value=record(Delivery(state=DeliveryState.DELIVERED, detail="202", status=202))))
            case _:
                return {}

    def named(self, name: str) -> list[Task]:
        return [task for task in self.asked if task.name == name]


def told(world: World, **fields: Any) -> tuple[dict[str, Any], FakeContext]:
    context = FakeContext()
    context.input = record(replace(Told(failure=FAILURE, breakdowns=TWICE), **fields))
    flow = breakdown_flow.orchestrate(cast("DurableOrchestrationContext", context))
    return drive(context, flow, world), context


def test_a_person_is_told_what_broke_when_and_what_to_do() -> None:
    ended, context = told(World())
    incident = typed(ended, Incident)
    assert (incident.outcome, incident.reason, incident.reported and incident.reported.state) == (
        *(Outcome.FAILED, "BrokeDown"),
        "delivered",
    )
    assert incident.summary
    assert "2026-10-05 22:00, 2026-10-06 00:00 UTC" in incident.summary
    assert "cause 1" in incident.summary
    assert incident.opened_at == START - timedelta(hours=4)
    assert [wait.why.rpartition(": ")[2] for wait in incident.waits] == ["cause 3"]
    (line,) = [command.line for step in incident.guidance for command in step.commands]
    assert line == "python -m responder.cli rerun --incident inc-1 --follow"
    assert [task.name for task in context.signals] == ["ledger.count"]


def test_the_vm_is_free_also_where_the_alert_named_no_item() -> None:
    world = World()
    told(world)
    assert [task.key for task in world.named("item.release")] == [item_key(ITEM)]
    world = World()
    told(world, failure=replace(FAILURE, item_id=ITEM, vm_id=VM))
    assert [task.key for task in world.named("item.release")] == [item_key(ITEM)]


def test_it_is_counted_also_if_it_had_not_been_let_in() -> None:
    world = World()
    told(world)
    names = [task.name for task in world.asked]
    assert names.index("governor.enter") < names.index("governor.leave") < names.index("receipt.close")
    (leave,) = world.named("governor.leave")
    assert (leave.payload["outcome"], leave.payload["reason"]) == ("failed", "BrokeDown")


def test_nothing_of_an_unknown_failure_is_offered_to_be_run_again() -> None:
    ended, _ = told(World(), failure=FailedBackup(source="unknown"))
    assert [step for step in typed(ended, Incident).guidance if step.commands] == []


def test_an_end_that_was_kept_and_posted_stands() -> None:
    world = World(ENDED)
    ended, context = told(world, breakdowns=[TWICE[0], replace(TWICE[1], posted=True)])
    assert typed(ended, Incident) == ENDED
    assert [task.name for task in world.asked] == ["receipt.open"]
    assert context.signals == []


def test_an_end_that_was_kept_and_not_posted_is_posted_to_those_who_lack_it() -> None:
    world = World(ENDED)
    ended, _ = told(world)
    assert typed(ended, Incident).outcome is Outcome.SKIPPED
    assert [task.payload["target"] for task in world.named("deliver")] == ["webhook"]
    world = World(ENDED)
    told(world, breakdowns=[TWICE[0], replace(TWICE[1], taken=["webhook"])])
    assert world.named("deliver") == []


def test_a_signal_only_names_what_it_became() -> None:
    world = World()
    ended, _ = told(world, incidents=["inc-2"])
    assert ended == {"id": "inc-1", "state": "located", "incidents": ["inc-2"]}
    assert world.asked == []


def begun_anew(breakdown: Breakdown, world: World) -> tuple[dict[str, Any], Any, FakeContext]:
    context = FakeContext()
    failure = replace(FAILURE, skip="NoFailedJob")
    way = hops(context, failure=failure)
    ended = drive(context, incident_flow.live(way, failure, incident_flow.Limits(concurrent=5), [breakdown]), world)
    return ended, way, context


def test_a_new_beginning_waits_until_what_was_sent_has_shown_itself() -> None:
    fresh = replace(TWICE[1], at=START - timedelta(minutes=1))
    ended, way, context = begun_anew(fresh, World())
    assert context.current_utc_datetime == fresh.at + SETTLED
    assert typed(ended, Incident).waits[0].name == "broke-down"
    assert way.next_event("jobs") == "jobs-1-b1"


def test_a_new_beginning_that_had_ended_before_does_nothing_more() -> None:
    world = World(ENDED)
    ended, _, _ = begun_anew(replace(TWICE[1], posted=True), world)
    assert typed(ended, Incident) == ENDED
    assert [task.name for task in world.asked] == ["receipt.open"]


def test_a_first_beginning_uses_the_names_that_it_always_used() -> None:
    context = FakeContext()
    assert hops(context).next_event("jobs") == "jobs-1"


def test_what_a_process_remembers_of_the_first_life_hides_nothing_of_the_second() -> None:
    first, second = FakeContext(START), FakeContext(START + timedelta(hours=1))
    for context, steps, name in ((first, 3, "first"), (second, 1, "second")):
        context.is_replaying = name == "second"
        way = Hops(cast("DurableOrchestrationContext", context), Story("inc-remembered", FAILURE, START))
        way.story.step(name)
        for _ in range(steps):
            drive(context, way.do("deliver", Told(failure=FAILURE, breakdowns=[])), lambda _: {})
    assert [status["state"] for status in second.statuses] == ["second"]
