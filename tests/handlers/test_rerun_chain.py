"""Which run of a failed job comes next, where it goes on, and what stands in its way."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from handlers.durable import DurableOrchestrationClient
from handlers.keys import item_key
from handlers.refused import Refused
from handlers.rerun_chain import ended, failure_of, next_run
from responder.ids import ItemId
from responder.incident import FailedBackup, FailedJob, Incident, Outcome, PlaybookRef, Retry
from responder.intake import incident_id
from responder.wire import record
from tests.handlers.flows import START
from tests.responder.alerts import ITEM, JOB, VAULT

FAILURE = FailedBackup(source="rerun", vault_id=VAULT.lower(), job_id=JOB.lower(), item_id=ITEM.lower())
KEY = item_key(str(ItemId.parse(ITEM)))


def end(run: int = 0, **more: Any) -> Incident:
    failure = replace(FAILURE, run=run)
    facts: dict[str, Any] = {"outcome": Outcome.NEEDS_HUMAN, "step": 3, "failure": failure} | more
    facts.setdefault(
        "playbooks", [PlaybookRef(code=code, title="t", url="u", section="s") for code in ("First", "Last")]
    )
    return Incident(id=incident_id(failure), state="ended", opened_at=START, **facts)


class Store:
    """Receipts, one item, and orchestrations that are known by their ids."""

    def __init__(
        self,
        *incidents: Incident,
        holder: str | None = None,
        running: tuple[str, ...] = (),
        broken: tuple[str, ...] = (),
    ) -> None:
        self._states: dict[tuple[str, str], dict[str, Any]] = {("item", KEY): {"holder": holder, "jobs": {}}}
        for incident in incidents:
            self._states["receipt", incident.id] = {"openedAt": "x", "ended": record(incident)}
        self._running, self._broken = running, broken
        self._states |= {("receipt", name): {"openedAt": "x", "ended": None} for name in broken}

    async def read_entity_state(self, entity: Any) -> Any:
        state = self._states.get((entity.name, entity.key))
        return SimpleNamespace(entity_exists=state is not None, entity_state=state)

    async def get_status(self, name: str, **_: object) -> Any:
        if name in self._broken:
            return SimpleNamespace(runtime_status=SimpleNamespace(name="Failed"))
        return SimpleNamespace(runtime_status=SimpleNamespace(name="Running")) if name in self._running else None


def client(*incidents: Incident, **more: Any) -> DurableOrchestrationClient:
    return cast("DurableOrchestrationClient", Store(*incidents, **more))


async def test_a_failure_without_an_incident_gets_its_first() -> None:
    assert await next_run(client(), FAILURE) == FAILURE


async def test_the_next_run_goes_on_where_the_newest_has_ended() -> None:
    found = await next_run(client(end(), end(1, step=2)), FAILURE)
    assert (found.run, found.rerun_of) == (2, end(1).id)
    assert (found.from_step, found.from_playbook) == (2, "Last")
    assert len({incident_id(replace(found, run=run)) for run in range(3)}) == 3


async def test_an_older_run_that_is_named_leads_to_the_newest_too() -> None:
    found = await next_run(client(end(), end(1)), end().failure, end())
    assert (found.run, found.rerun_of) == (2, end(1).id)


@pytest.mark.parametrize(
    "more",
    [{"outcome": Outcome.RESOLVED}, {"outcome": Outcome.RESOLVED_WITH_WARNINGS}, {"step": None}, {"playbooks": []}],
)
async def test_from_the_beginning_where_nothing_is_left_to_go_on_with(more: dict[str, Any]) -> None:
    found = await next_run(client(end(**more)), FAILURE)
    assert (found.run, found.from_step, found.from_playbook) == (1, 0, None)


async def test_when_the_clean_up_began_is_handed_on_from_run_to_run() -> None:
    retries = [
        Retry(purpose="p", state="Failed", expected_failure=True, started_at=START, ended_at=START),
        Retry(purpose="p", state="Failed", started_at=START, ended_at=START.replace(hour=9)),
    ]
    first = await next_run(client(end(retries=retries)), FAILURE)
    assert first.cleanup_since == START
    second = await next_run(client(end(retries=retries), end(1, failure=first)), FAILURE)
    assert second.cleanup_since == START


async def test_a_run_that_has_not_ended_is_named() -> None:
    with pytest.raises(Refused, match="still working") as refused:
        await next_run(client(running=(end().id,)), FAILURE)
    assert (refused.value.status, refused.value.incident) == (409, end().id)
    body = refused.value.answer("https://func.example").get_body()
    assert f'"statusUrl":"https://func.example/api/incidents/{end().id}"'.encode() in body


async def test_a_run_that_broke_down_begins_anew_although_it_holds_its_item() -> None:
    name = incident_id(FAILURE)
    assert await next_run(client(broken=(name,), holder=name), FAILURE) == FAILURE
    with pytest.raises(Refused, match="same protected item"):
        await next_run(client(broken=(name,), holder="inc-other"), FAILURE)


async def test_another_incident_on_the_same_item_is_named() -> None:
    with pytest.raises(Refused, match="same protected item") as refused:
        await next_run(client(holder="inc-other"), FAILURE)
    assert (refused.value.status, refused.value.incident) == (409, "inc-other")


async def test_an_unknown_incident_is_none() -> None:
    assert await ended(client(), "inc-none") is None


def test_the_failure_of_an_incident_is_its_own_with_the_job_it_found() -> None:
    failure = replace(FAILURE, source="metric-alert", job_id=None, payload={"a": 1})
    found = failure_of(end(failure=failure, job=FailedJob(id="job-9")))
    assert (found.source, found.job_id, found.payload, found.item_id) == ("rerun", "job-9", None, ITEM.lower())


def test_what_was_never_understood_is_not_run_again() -> None:
    with pytest.raises(Refused, match="nothing to run again") as refused:
        failure_of(end(failure=FailedBackup(source="unknown", payload={})))
    assert refused.value.status == 404
