"""An activity that runs a second time never acts on what the first was told; asked for anew it is no second time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from handlers import activities, starting
from handlers.keys import item_key
from handlers.messages import Answer, ApplyChange, StartBackup
from playbooks.backup import Start, Started
from playbooks.fixes import Applied, Progress, fix
from responder.wire import record, typed
from tests.handlers.clients import FakeClient
from tests.handlers.flows import START
from tests.handlers.test_runbook import CHANGE, SUBJECT
from tests.playbooks.conftest import Lab, MakeLab

BACKUP = StartBackup(subject=SUBJECT, wanted_at=START, now=START, attempt="inc-1-0", known=[])
APPLY = ApplyChange(fix="restart-vm", attempt="inc-1-restart-vm-0-1", subject=SUBJECT, change=CHANGE, now=START)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the executions were told that an earlier one had begun."""
    told: list[bool] = []

    def note(_: object, *, begun_before: bool = False) -> object:
        told.append(begun_before)
        return record(Answer())

    monkeypatch.setattr(activities, "start_backup", note)
    monkeypatch.setattr(activities, "apply_change", note)
    return told


def later(ask: Any) -> dict[str, Any]:
    """The same question after Azure had asked for rest, as `Hops.ask` puts it."""
    return record(ask) | {"now": (START + timedelta(minutes=5)).isoformat()}


@pytest.mark.parametrize("run, ask", [(starting.start_backup, BACKUP), (starting.apply_change, APPLY)])
async def test_a_second_execution_knows_of_the_first(run: Callable[..., Any], ask: Any, begun: list[bool]) -> None:
    client = FakeClient()
    for _ in range(3):
        await run(record(ask), client.itself)
    assert begun == [False, True, True]


@pytest.mark.parametrize("run, ask", [(starting.start_backup, BACKUP), (starting.apply_change, APPLY)])
async def test_another_attempt_is_no_second_execution(run: Callable[..., Any], ask: Any, begun: list[bool]) -> None:
    client = FakeClient()
    for attempt in ("one", "two"):
        await run(record(ask) | {"attempt": attempt}, client.itself)
    assert begun == [False, False]


async def test_a_change_that_azure_let_wait_is_asked_for_anew(begun: list[bool]) -> None:
    client = FakeClient()
    await starting.apply_change(record(APPLY), client.itself)
    await starting.apply_change(later(APPLY), client.itself)
    assert begun == [False, False]


async def test_a_backup_that_azure_let_wait_looks_again_before_it_is_asked_for(begun: list[bool]) -> None:
    client = FakeClient()
    await starting.start_backup(record(BACKUP), client.itself)
    await starting.start_backup(later(BACKUP), client.itself)
    assert begun == [False, True]


async def test_one_that_reads_by_itself_needs_nobodys_memory(begun: list[bool]) -> None:
    client = FakeClient()
    for _ in range(2):
        await starting.start_backup(record(BACKUP) | {"known": None}, client.itself)
    assert (begun, client.items) == ([False, False], {})


async def test_the_item_is_told_before_the_request_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient()

    def dies(*_: object, **__: object) -> object:
        state = client.items[item_key(str(SUBJECT.item))]
        assert list(state.begun) == [f"{APPLY.attempt} {START.isoformat()}"]
        raise SystemError("the host was stopped")

    monkeypatch.setattr(activities, "apply_change", dies)
    with pytest.raises(SystemError):
        await starting.apply_change(record(APPLY), client.itself)


@pytest.mark.parametrize("run", [starting.start_backup, starting.apply_change])
async def test_a_question_that_cannot_be_read_is_left_to_the_activity(
    run: Callable[..., Any], begun: list[bool]
) -> None:
    client = FakeClient()
    await run({"attempt": 7}, client.itself)
    assert (begun, client.items) == ([False], {})


def asks(lab: Lab) -> list[str]:
    return [entry["path"].rpartition("/")[2] for entry in lab.cloud.mutations]


async def test_a_second_execution_finds_the_job_of_the_first(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab()
    monkeypatch.setattr(activities, "configured", lambda: here.settings)
    now, client = here.clock.now(), FakeClient()
    payload = record(StartBackup(subject=here.case().subject, wanted_at=now, now=now, attempt="inc-1-0", known=[]))
    reads = _lists(here)
    first = typed(await starting.start_backup(payload, client.itself), Answer)
    assert _lists(here) == reads  # it believes what the watcher told
    here.later(minutes=2)
    second = typed(await starting.start_backup(payload, client.itself), Answer)
    assert typed(first.value, Started).start is Start.REQUESTED
    found = typed(second.value, Started)
    assert found.start is Start.FOUND
    assert found.job in {job.id for job in here.cloud.world.jobs}
    assert asks(here) == ["backup"]


def _lists(lab: Lab) -> int:
    return sum(call.path.lower().endswith("/backupjobs") for call in lab.cloud.calls)


@pytest.mark.parametrize(
    "name, action", [("restart-vm", "restart"), ("reapply-vm", "reapply"), ("restart-agent", "runCommand")]
)
async def test_a_request_to_compute_that_may_have_been_sent_is_refused(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch, name: str, action: str
) -> None:
    here, client = lab(), FakeClient()
    monkeypatch.setattr(activities, "configured", lambda: here.settings)
    (change,) = fix(name).plan(here.case()).changes
    now, subject = here.clock.now(), here.case().subject
    ask = ApplyChange(fix=name, attempt=f"inc-1-{name}-0-1", subject=subject, change=change, now=now)
    await _killed_before_it_answered(client, ask)
    applied = await _apply(client, record(ask))
    assert (applied.progress, (applied.reason or "").partition(":")[0]) == (Progress.REFUSED, "UnclearAnswer")
    assert asks(here) == []
    anew = record(ask) | {"now": (now + timedelta(minutes=5)).isoformat()}
    assert (await _apply(client, anew)).progress is Progress.STARTED
    assert asks(here) == [action]


async def _apply(client: FakeClient, payload: dict[str, Any]) -> Applied:
    return typed(typed(await starting.apply_change(payload, client.itself), Answer).value, Applied)


async def _killed_before_it_answered(client: FakeClient, ask: ApplyChange) -> None:
    def dies(*_: object, **__: object) -> object:
        raise SystemError("the host was stopped")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(activities, "apply_change", dies)
        with pytest.raises(SystemError):
            await starting.apply_change(record(ask), client.itself)
