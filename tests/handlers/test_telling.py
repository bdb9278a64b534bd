"""One read of a vault's jobs, told to all who wait; what stops it reaches them too, what passes lets them wait."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from handlers import telling
from handlers.keys import WATCHER, watcher_id
from handlers.messages import Answer, CallWatcher, ReadJobs, Told
from handlers.watch_entity import Look
from handlers.watching import Seen
from responder.ids import ItemId
from responder.wire import record, typed
from tests.handlers.clients import FakeClient
from tests.playbooks.conftest import START, Lab, MakeLab

DAY_BEFORE = START - timedelta(days=1)
RUNNING = {f"inc-{number}": "Running" for number in (1, 2, 3)}


class Room:
    """Three incidents that wait, and the vault at which they look."""

    def __init__(self, lab: Lab, client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telling, "configured", lambda: lab.settings)
        self.lab, self.client = lab, client
        self.looks = [
            Look(
                incident=name,
                event="jobs-7",
                vault=lab.failure.vault_id or "",
                item=ItemId.parse(lab.failure.item_id or ""),
                since=DAY_BEFORE,
            )
            for name in RUNNING
        ]

    async def read(self, **changes: Any) -> Answer:
        now = self.lab.clock.now()
        facts: dict[str, Any] = {"looks": self.looks, "may_list": True, "now": now} | changes
        return typed(await telling.read_jobs(record(ReadJobs(**facts)), self.client.itself), Answer)

    def seen(self) -> dict[str, Seen]:
        assert {event for _, event, _ in self.client.raised} <= {"jobs-7"}
        return {name: typed(value, Seen) for name, _, value in self.client.raised}


def lists(lab: Lab) -> int:
    return sum(call.path.lower().endswith("/backupjobs") for call in lab.cloud.calls)


def told(answer: Answer) -> Told:
    assert answer.value is not None
    return typed(answer.value, Told)


async def test_one_read_answers_all_who_wait(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab(running_job={"minutes_ago": 5})
    room = Room(here, FakeClient(RUNNING), monkeypatch)
    answer = await room.read()
    assert (lists(here), told(answer).reads, answer.job_reads) == (1, 1, 1)
    assert told(answer).keys == [look.key for look in room.looks]
    found = room.seen()
    assert list(found) == list(RUNNING)
    statuses = [{job.status for job in seen.jobs} for seen in found.values()]
    assert statuses[0] >= {"InProgress"}
    assert statuses[0] == statuses[1] == statuses[2]


async def test_a_vault_outside_of_the_scope_is_not_read(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab()
    room = Room(here, FakeClient(RUNNING), monkeypatch)
    room.looks = [replace(look, vault=look.vault.replace("6c1f7a30", "00000000")) for look in room.looks]
    answer = await room.read()
    assert here.cloud.calls == []
    assert (len(told(answer).keys), told(answer).reads) == (3, 0)
    assert list(room.seen().values()) == [Seen()] * 3


@pytest.mark.parametrize("kind, status", [("Forbidden", 403), ("NotFound", 404)])
async def test_what_stops_the_read_reaches_all_who_wait(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch, kind: str, status: int
) -> None:
    here = lab(faults=[{"match": "GET */backupJobs", "status": status, "times": 9}])
    room = Room(here, FakeClient(RUNNING), monkeypatch)
    answer = await room.read()
    assert answer.trouble is None
    assert (len(told(answer).keys), told(answer).reads) == (3, 1)
    assert [seen.trouble.kind for seen in room.seen().values() if seen.trouble] == [kind] * 3


async def test_while_azure_wants_rest_all_go_on_waiting(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab(faults=[{"match": "GET */backupJobs", "status": 429, "times": 1, "retryAfter": 240}])
    room = Room(here, FakeClient(RUNNING), monkeypatch)
    answer = await room.read()
    assert told(answer) == Told(reads=1, again_after=240)
    assert room.client.raised == []


async def test_a_vault_that_may_not_be_read_is_no_others_trouble(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab()
    room = Room(here, FakeClient(RUNNING), monkeypatch)
    room.looks[0] = replace(room.looks[0], vault=room.looks[0].vault.replace("rsv-prod", "rsv-gone"))
    assert (len(told(await room.read()).keys), lists(here)) == (3, 2)
    assert [seen.trouble.kind if seen.trouble else None for seen in room.seen().values()] == ["NotFound", None, None]


async def test_who_has_ended_is_done_and_who_did_not_hear_is_told_later(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient({"inc-1": "Completed", "inc-2": "Running", "inc-3": "Running"}, deaf=("inc-2",))
    room = Room(lab(), client, monkeypatch)
    assert told(await room.read()).keys == ["inc-1 jobs-7", "inc-3 jobs-7"]
    assert list(room.seen()) == ["inc-3"]


async def test_who_may_not_be_listed_for_goes_on_waiting(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab()
    room = Room(here, FakeClient(RUNNING), monkeypatch)
    answer = await room.read(may_list=False)
    assert (told(answer), lists(here), room.client.raised) == (Told(), 0, [])


CALL = CallWatcher(vault="/subscriptions/s/vaults/v", generation=3, reads_per_hour=60)
NAME = watcher_id(CALL.vault, CALL.generation)


async def test_a_watcher_is_started_once() -> None:
    client = FakeClient()
    for _ in range(2):
        assert await telling.call_watcher(record(CALL), client.itself) == record(Answer())
    assert client.started == [(WATCHER, NAME, record(CALL))]


class Racing(FakeClient):
    """A client whose start is refused; ``beaten``: by somebody who was faster."""

    def __init__(self, *, beaten: bool) -> None:
        super().__init__()
        self._beaten = beaten

    async def start_new(self, orchestrator: str, name: str, body: object) -> None:
        if self._beaten:
            await super().start_new(orchestrator, name, body)
        raise Exception("An Orchestration instance with the status Running already exists.")  # noqa: TRY002  as the SDK


async def test_a_watcher_that_somebody_else_has_just_started_will_do() -> None:
    assert await telling.call_watcher(record(CALL), Racing(beaten=True).itself) == record(Answer())


async def test_a_watcher_that_could_not_be_started_is_a_failure() -> None:
    with pytest.raises(Exception, match="already exists"):
        await telling.call_watcher(record(CALL), Racing(beaten=False).itself)


def test_each_generation_of_each_subscription_has_its_own_watcher() -> None:
    """The vaults of a subscription share one, because they share Azure's limit."""
    vaults = (
        "/subscriptions/a/vaults/one",
        "/Subscriptions/A/vaults/ONE",
        "/subscriptions/a/vaults/two",
        "/subscriptions/b/v",
    )
    assert len({watcher_id(vault, number) for vault in vaults for number in (1, 2)}) == 4
