"""The sweep begins one run at a time, and only where something is in scope; its timer runs as the settings say."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers import sweep, sweep_work
from handlers.durable import DurableOrchestrationClient
from responder.settings import Settings


class FakeClient:
    """A durable client that knows one instance."""

    def __init__(self, status: str | None) -> None:
        self._status = status
        self.started: list[tuple[str, str, Any]] = []

    async def get_status(self, _name: str, **_: object) -> Any:
        state = SimpleNamespace(name=self._status) if self._status else None
        return SimpleNamespace(runtime_status=state, created_time="10:00") if state else None

    async def start_new(self, orchestrator: str, name: str, body: object) -> None:
        self.started.append((orchestrator, name, body))


async def _begun(monkeypatch: pytest.MonkeyPatch, status: str | None, scope: tuple[str, ...]) -> list[Any]:
    app = cast("Settings", SimpleNamespace(scope=scope, sweep_first_hours=24))
    monkeypatch.setattr(sweep_work, "configured", lambda: app)
    client = FakeClient(status)
    await sweep_work.begin(cast("DurableOrchestrationClient", client))
    return client.started


@pytest.mark.parametrize("status", [None, "Completed", "Failed", "Terminated", "Canceled"])
async def test_a_run_begins_where_the_last_one_is_over(monkeypatch: pytest.MonkeyPatch, status: str | None) -> None:
    begun = await _begun(monkeypatch, status, ("/subscriptions/s",))
    assert begun == [("sweep_run", "sweep", {"firstHours": 24, "broken": True})]


@pytest.mark.parametrize("status", ["Pending", "Running", "Suspended", "ContinuedAsNew"])
async def test_a_run_that_is_on_its_way_is_left_alone(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    assert await _begun(monkeypatch, status, ("/subscriptions/s",)) == []


async def test_without_a_scope_nothing_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _begun(monkeypatch, None, ()) == []


@pytest.mark.parametrize(
    "setting, schedule",
    [(None, "0 */15 * * * *"), (" ", "0 */15 * * * *"), ("0 0 * * * *", "%RESPONDER_SWEEP_SCHEDULE%")],
)
def test_the_timer_names_its_setting_only_if_it_is_there(setting: str | None, schedule: str) -> None:
    environ = {} if setting is None else {"RESPONDER_SWEEP_SCHEDULE": setting}
    assert sweep.schedule(environ) == schedule
