"""A signal that names no job: looked for until Azure shows it, one after the other, and an incident in any case."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from handlers import entities, locating
from handlers.durable import Blueprint, DurableEntityContext, DurableOrchestrationContext
from handlers.entities import Grant, Receipt, Request
from handlers.incident_flow import Limits, live
from handlers.keys import ORCHESTRATOR
from handlers.locating import FindJobs, Opened, orchestrate
from handlers.messages import Answer
from responder.incident import FailedBackup
from responder.intake import incident_id
from responder.wire import record, typed
from tests.handlers.clients import FakeClient
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops
from tests.handlers.replaying import functions_of, replays_as_it_ran
from tests.playbooks.conftest import Lab, MakeLab
from tests.sandbox.durable.harness import Lab as Engine
from tests.sandbox.durable.harness import LocalInvoker

VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v"
SIGNAL = replace(
    FAILURE, source="metric-alert", vault_id=VAULT, job_id=None, not_before=START - timedelta(hours=1), not_after=START
)
NOTHING, FOUND = Answer(value=[]), Answer(value=["inc-7"])


class Search:
    """The whole search, whose looks are answered by these; its turn comes when ``turn`` says."""

    def __init__(self, *answers: Answer, turn: datetime | None = None) -> None:
        self.context, self.looks, self.turns = FakeContext(), list[tuple[datetime, bool]](), list[Request]()
        self.context.instance_id, self.context.input = "sig-1", record(Opened(failure=SIGNAL))
        self._answers, self._turn, self.timers = iter(answers), turn, list[datetime]()
        self.context.create_timer = self._timer  # type: ignore[method-assign]
        flow = orchestrate(cast("DurableOrchestrationContext", self.context))
        self.end = drive(self.context, flow, self._answer)

    def _answer(self, task: Task) -> Any:
        if task.name == "governor.turn":
            self.turns.append(typed(task.payload, Request))
            return record(Grant(start_at=self._turn))
        assert task.name == "find_jobs"
        ask = typed(task.payload, FindJobs)
        assert ask.failure == SIGNAL
        self.looks.append((self.context.current_utc_datetime, ask.last))
        return record(next(self._answers))

    def _timer(self, at: datetime) -> Task:
        self.timers.append(at)
        return FakeContext.create_timer(self.context, at)

    @property
    def minutes(self) -> list[float]:
        return [(at - START) / timedelta(minutes=1) for at, _ in self.looks]


def test_what_is_found_at_once_needs_one_look() -> None:
    search = Search(FOUND)
    assert search.end == {"id": "sig-1", "state": "located", "incidents": ["inc-7"]}
    assert search.looks == [(START, False)]


def test_it_looks_for_an_hour_and_says_which_look_is_the_last() -> None:
    search = Search(NOTHING, NOTHING, NOTHING, NOTHING, FOUND)
    assert search.minutes == [0, 5, 15, 30, 60]
    assert [last for _, last in search.looks] == [False, False, False, False, True]
    assert search.end["incidents"] == ["inc-7"]


def test_it_stops_as_soon_as_something_was_found() -> None:
    assert Search(NOTHING, FOUND).minutes == [0, 5]


def test_azure_is_left_alone_as_long_as_it_wants() -> None:
    assert Search(Answer(value=[], again_after=600), FOUND).minutes == [0, 15]


def test_it_waits_for_its_turn_among_all_that_ask_the_graph() -> None:
    search = Search(FOUND, turn=START + timedelta(minutes=2))
    assert search.minutes == [2]
    (ask,) = search.turns
    assert (ask.incident, ask.subscription, ask.per_hour) == ("sig-1", "resource graph", 1800)


def test_a_turn_that_is_now_is_not_waited_for() -> None:
    assert (Search(FOUND, turn=START).timers, Search(FOUND, turn=None).timers) == ([], [])


def locate(context: Any) -> Any:
    return (yield from orchestrate(context))


def governor(context: DurableEntityContext) -> None:
    entities.operate(context, entities.Governor, entities.GOVERNOR, Request)


def parts(answers: Iterator[Answer]) -> Blueprint:
    """The search as it is, with an activity that answers so."""

    def find_jobs(payload: object) -> object:
        typed(payload, FindJobs)
        return record(next(answers))

    made = Blueprint()
    made.orchestration_trigger(context_name="context")(locate)
    made.entity_trigger(context_name="context", entity_name="governor")(governor)
    made.activity_trigger(input_name="payload")(find_jobs)
    return made


async def test_it_replays_as_it_ran(tmp_path: Path) -> None:
    answers = iter([NOTHING, Answer(value=[], again_after=90), FOUND])
    async with Engine(tmp_path, invoker=LocalInvoker(functions_of(parts(answers)))) as engine:
        ended = await engine.run("locate", record(Opened(failure=SIGNAL)), "sig-1")
        assert ended["output"]["incidents"] == ["inc-7"]
        await replays_as_it_ran(engine, "locate", "sig-1")


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


def signal(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> FailedBackup:
    """The failed job of a world, without its name."""
    monkeypatch.setattr(locating, "configured", lambda: lab.settings)
    now = lab.clock.now()
    return replace(lab.failure, source="metric-alert", job_id=None, not_before=now - timedelta(hours=3), not_after=now)


async def look(client: FakeClient, failure: FailedBackup, *, last: bool = False) -> Answer:
    return typed(
        await locating.find_jobs(record(FindJobs(failure=failure, last=last)), client.itself),
        Answer,
    )


def opened(client: FakeClient) -> list[tuple[str, str, FailedBackup]]:
    return [(kind, name, typed(body["failure"], FailedBackup)) for kind, name, body in client.started]


async def test_what_is_found_is_the_incident_of_its_job(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch, client: FakeClient
) -> None:
    here = lab()
    answer = await look(client, signal(here, monkeypatch))
    ((kind, name, failure),) = opened(client)
    assert (kind, name, answer.value) == (ORCHESTRATOR, incident_id(here.failure), [name])
    assert (failure.job_id, failure.source, failure.skip) == (here.failure.job_id, "metric-alert", None)
    assert client.statuses == {name: "Running"}
    await look(client, signal(here, monkeypatch))
    assert len(client.started) == 1


async def test_before_the_last_look_nothing_becomes_an_incident_of_nothing(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch, client: FakeClient
) -> None:
    here = lab()
    early = replace(
        signal(here, monkeypatch), not_before=START - timedelta(hours=9), not_after=START - timedelta(hours=8)
    )
    assert (await look(client, early)).value == []
    assert client.started == []
    assert len((await look(client, early, last=True)).value) == 1
    ((kind, name, failure),) = opened(client)
    assert (kind, name, failure.skip) == (ORCHESTRATOR, incident_id(early), "NoFailedJob")


async def test_a_vault_outside_of_the_scope_is_not_read_and_said_to_be(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch, client: FakeClient
) -> None:
    here = lab()
    foreign = (here.failure.vault_id or "").replace("6c1f7a30", "00000000")
    await look(client, replace(signal(here, monkeypatch), vault_id=foreign))
    ((_, _, failure),) = opened(client)
    assert (failure.skip, here.cloud.calls) == ("OutOfScope", [])


@pytest.mark.parametrize(
    "faults, deny, why",
    [
        (
            [],
            ["Microsoft.ResourceGraph/resources/read", "Microsoft.RecoveryServices/Vaults/backupJobs/read"],
            "Forbidden",
        ),
        ([{"match": "POST */Microsoft.ResourceGraph/resources", "status": 429, "times": 2}], [], "Unavailable"),
    ],
)
async def test_a_search_that_azure_did_not_answer_does_not_say_that_nothing_failed(
    lab: MakeLab,
    monkeypatch: pytest.MonkeyPatch,
    client: FakeClient,
    faults: list[dict[str, Any]],
    deny: list[str],
    why: str,
) -> None:
    here = lab(faults=faults, rbac={"deny": deny})
    ask = signal(here, monkeypatch)
    early = await look(client, ask)
    assert (early.value, client.started) == ([], [])
    await look(client, ask, last=True)
    ((_, _, failure),) = opened(client)
    assert failure.skip == why


@pytest.mark.parametrize(
    "skip, outcome, says",
    [
        ("NoFailedJob", "skipped", "no failed backup"),
        ("OutOfScope", "skipped", "outside of RESPONDER_SCOPE"),
        ("Forbidden", "failed", "did not let the app look"),
        ("Unavailable", "failed", "did not let the app look"),
        ("NotAVirtualMachine", "skipped", "not about the backup of an Azure VM"),
    ],
)
def test_a_signal_without_a_job_says_why_there_is_none(skip: str, outcome: str, says: str) -> None:
    context = FakeContext()
    told = replace(SIGNAL, skip=skip)
    result = drive(context, live(hops(context, failure=told), told, Limits(concurrent=1)), _reported)
    assert (result["outcome"], result["reason"]) == (outcome, skip)
    assert says in result["summary"]


def _reported(task: Task) -> Any:
    """Nothing but the receipt and the report is asked for."""
    match task.name:
        case "receipt.open" | "receipt.close":
            return record(Receipt())
        case "deliver":
            return record(Answer(value={"state": "delivered", "detail": "told"}))
        case "target.look" | "target.note" | "target.delivered":
            return record(Grant())
        case other:
            raise AssertionError(other)
