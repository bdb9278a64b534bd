"""One failed job, one incident, also when another instance of the app was faster."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from handlers.durable import DurableOrchestrationClient
from handlers.entities import Item
from handlers.incident_flow import Limits
from handlers.keys import LOCATOR, ORCHESTRATOR, item_key, signal_id
from handlers.reading import read_incident
from handlers.start import open_incident
from responder.incident import FailedBackup, Mode
from responder.intake import incident_id
from responder.settings import Settings
from responder.wire import record, typed
from tests.handlers.clients import FakeClient as Client
from tests.handlers.flows import FAILURE, START
from tests.handlers.test_runbook import SUBJECT

APP = cast("Settings", SimpleNamespace(concurrent_incidents=5, starts_per_hour=250, job_reads_per_hour=60))


class FakeClient:
    """A durable client for which the first look is out of date."""

    def __init__(self, *, exists_after_all: bool) -> None:
        self._looks = iter([None, SimpleNamespace() if exists_after_all else None])
        self.started = 0

    async def get_status(self, _: str, **__: object) -> Any:
        return next(self._looks)

    async def start_new(self, *_: object) -> None:
        self.started += 1
        raise Exception("An Orchestration instance with the status Running already exists.")  # noqa: TRY002  as the SDK


async def test_an_incident_that_another_instance_has_just_started_is_a_success() -> None:
    client = FakeClient(exists_after_all=True)
    opened = await open_incident(cast("DurableOrchestrationClient", client), FAILURE, APP)
    assert opened.id.startswith("inc-")
    assert (opened.ignored, client.started) == (None, 1)


async def test_a_start_that_failed_for_another_reason_is_not_accepted() -> None:
    client = FakeClient(exists_after_all=False)
    with pytest.raises(Exception, match="already exists"):
        await open_incident(cast("DurableOrchestrationClient", client), FAILURE, APP)


SIGNAL = replace(FAILURE, job_id=None, not_before=START - timedelta(hours=1), not_after=START)


async def test_a_signal_that_names_no_job_is_looked_up_under_an_id_of_its_own() -> None:
    client = Client()
    opened = await open_incident(client.itself, SIGNAL, APP)
    ((orchestrator, name, body),) = client.started
    assert (orchestrator, name) == (LOCATOR, opened.id)
    assert name == signal_id(incident_id(SIGNAL)) == incident_id(SIGNAL).replace("inc-", "sig-")
    assert typed(body["failure"], FailedBackup) == SIGNAL


async def test_the_same_signal_again_is_not_looked_up_again() -> None:
    client = Client()
    names = {(await open_incident(client.itself, SIGNAL, APP)).id for _ in range(3)}
    assert (len(names), len(client.started)) == (1, 1)


@pytest.mark.parametrize(
    "told",
    [
        replace(SIGNAL, job_id="job-1"),
        replace(SIGNAL, skip="NoFailedJob"),
        replace(SIGNAL, overdue_since=START),
        replace(SIGNAL, vault_id=None),
        replace(SIGNAL, not_after=None),
    ],
    ids=["a job", "nothing to be done", "overdue", "no vault", "no span"],
)
async def test_everything_else_is_an_incident_at_once(told: FailedBackup) -> None:
    client = Client()
    opened = await open_incident(client.itself, told, APP)
    assert [(kind, name) for kind, name, _ in client.started] == [(ORCHESTRATOR, opened.id)]
    assert opened.id == incident_id(told)


async def test_an_incident_keeps_the_limits_of_its_opening() -> None:
    client = Client()
    await open_incident(client.itself, FAILURE, APP)
    ((_, _, body),) = client.started
    limits = typed({name: value for name, value in body.items() if name != "failure"}, Limits)
    assert limits == Limits(concurrent=5, starts_per_hour=250, job_reads_per_hour=60)


async def test_the_failure_of_a_backup_of_our_own_is_no_new_incident() -> None:
    client = Client()
    client.items[item_key(str(SUBJECT.item))] = Item(jobs={"JOB-1": START})
    told = replace(FAILURE, item_id=str(SUBJECT.item), job_id="job-1")
    opened = await open_incident(client.itself, told, APP)
    assert (opened.ignored, client.started) == ("OwnRetry", [])
    assert (await open_incident(client.itself, replace(told, job_id="job-2"), APP)).ignored is None


class Known:
    """A durable client that knows one instance, in some state."""

    def __init__(self, state: str) -> None:
        self.status = SimpleNamespace(
            runtime_status=SimpleNamespace(name=state),
            name=ORCHESTRATOR,
            input_={"failure": record(FAILURE)},
            output=None,
            custom_status=None,
            created_time=START,
            last_updated_time=START,
        )
        self.started: list[str] = []
        self.inputs: list[Any] = []

    async def get_status(self, _: str, **__: object) -> Any:
        return self.status

    async def start_new(self, _: str, name: str, given: object) -> None:
        self.started.append(name)
        self.inputs.append(given)

    async def read_entity_state(self, _: object) -> Any:
        return SimpleNamespace(entity_exists=False, entity_state=None)


@pytest.mark.parametrize(
    "state, begins",
    [("Failed", True), ("Completed", False), ("Running", False), ("Pending", False), ("Terminated", False)],
)
async def test_an_incident_whose_orchestration_broke_down_begins_anew(state: str, begins: bool) -> None:
    client = Known(state)
    opened = await open_incident(cast("DurableOrchestrationClient", client), FAILURE, APP)
    assert client.started == ([opened.id] if begins else [])


async def test_a_broken_one_that_the_sweep_sees_among_failed_jobs_is_left_to_its_look_for_such() -> None:
    client = Known("Failed")
    await open_incident(cast("DurableOrchestrationClient", client), replace(FAILURE, source="sweep"), APP)
    assert client.started == []


async def test_a_person_lets_a_broken_one_begin_with_what_is_asked_for() -> None:
    client = Known("Failed")
    asked = replace(FAILURE, source="rerun", mode=Mode.READ_ONLY)
    await open_incident(cast("DurableOrchestrationClient", client), asked, APP)
    (given,) = client.inputs
    assert (typed(given["failure"], FailedBackup), len(given["breakdowns"])) == (asked, 1)


async def test_an_incident_whose_orchestration_broke_down_says_so() -> None:
    client = cast("DurableOrchestrationClient", Known("Failed"))
    found = await read_incident(client, "inc-1")
    assert found is not None
    assert (found["state"], found["outcome"]) == ("stopped", None)
