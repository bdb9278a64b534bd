"""What is found broken is sent on: once it begins anew, then it is told; one question to the store, and no more."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handlers import reviving
from handlers.breakdown import Breakdown, Told
from handlers.durable import DurableOrchestrationClient
from handlers.keys import LOCATOR, ORCHESTRATOR, TELLER
from handlers.listing_store import TOKEN
from responder.wire import record, typed
from tests.handlers.flows import FAILURE, START

INPUT = {"failure": record(FAILURE), "concurrent": 5}
BEFORE = Breakdown(at=START, began=START - timedelta(hours=1), why="then")


class Hub:
    """A durable client and its store: instances by name."""

    def __init__(self, base: str = "") -> None:
        self._orchestration_bindings = SimpleNamespace(rpc_base_url=base)
        self.broken: dict[str, tuple[str, object]] = {}
        self.pages: list[list[str]] = [[]]
        self.asked: list[dict[str, str]] = []
        self.looked: list[str] = []
        self.started: list[tuple[str, str, Any]] = []
        self.refuse: set[str] = set()
        self.status = 200

    @property
    def itself(self) -> DurableOrchestrationClient:
        return cast("DurableOrchestrationClient", self)

    async def list(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        place = int(request.headers.get(TOKEN, "0"))
        more = {TOKEN: str(place + 1)} if place + 1 < len(self.pages) else {}
        rows = [{"instanceId": name} for name in self.pages[place]]
        return web.json_response(rows, status=self.status, headers=more)

    async def get_status(self, name: str, **_: object) -> Any:
        self.looked.append(name)
        if name not in self.broken:
            return None
        orchestrator, given = self.broken[name]
        return SimpleNamespace(
            name=orchestrator,
            runtime_status=SimpleNamespace(name="Failed"),
            input_=given,
            output="It broke.\n   at Some.Stack.Trace()",
            custom_status=None,
            created_time=START,
            last_updated_time=START + timedelta(hours=1),
        )

    async def start_new(self, orchestrator: str, name: str, body: object) -> None:
        if name in self.refuse:
            raise Exception("The store is down.")  # noqa: TRY002  as the SDK
        self.started.append((orchestrator, name, body))
        self.broken.pop(name, None)


@pytest.fixture
async def hub() -> AsyncGenerator[Hub]:
    found = Hub()
    app = web.Application()
    app.router.add_get("/durabletask/instances/", found.list)
    async with TestServer(app) as server:
        found._orchestration_bindings.rpc_base_url = str(server.make_url("/durabletask/"))
        yield found


async def test_where_nothing_is_broken_one_question_is_asked_and_no_more(hub: Hub) -> None:
    assert await reviving.look_after(hub.itself, datetime(2026, 10, 12, tzinfo=UTC)) == 0
    assert hub.asked == [
        {"runtimeStatus": "Failed", "createdTimeFrom": "2026-10-02T00:00:00Z", "showInput": "false", "top": "100"}
    ]
    assert (hub.looked, hub.started) == ([], [])


async def test_only_incidents_and_signals_are_sent_on_from_all_pages(hub: Hub) -> None:
    hub.pages = [["inc-1", "sweep", "watch-1"], [], ["sig-1"]]
    hub.broken = {"inc-1": (ORCHESTRATOR, INPUT), "sig-1": (LOCATOR, INPUT), "sweep": ("sweep_run", {})}
    assert await reviving.look_after(hub.itself, START) == 2
    assert len(hub.asked) == 3
    assert sorted((kind, name) for kind, name, _ in hub.started) == [("incident", "inc-1"), ("locate", "sig-1")]


async def test_one_that_cannot_be_sent_on_holds_up_no_other(hub: Hub) -> None:
    hub.pages = [["inc-1", "inc-2"]]
    hub.broken = {"inc-1": (ORCHESTRATOR, INPUT), "inc-2": (ORCHESTRATOR, INPUT)}
    hub.refuse = {"inc-1"}
    hub.broken["inc-3"] = hub.broken["inc-1"]
    monkey = hub.get_status

    async def gone(name: str, **more: object) -> Any:
        if name == "inc-1" and hub.looked.count(name) > 0:
            return None  # so that the refusal is no sign of life
        return await monkey(name, **more)

    hub.get_status = gone  # type: ignore[method-assign]
    assert await reviving.look_after(hub.itself, START) == 2
    assert [name for _, name, _ in hub.started] == ["inc-2"]


async def test_a_store_that_does_not_answer_is_no_quiet_night(hub: Hub) -> None:
    hub.status = 503
    with pytest.raises(ConnectionError):
        await reviving.look_after(hub.itself, START)


@pytest.mark.parametrize("given", [INPUT, '{"failure": {"source": "x"}, "concurrent": 5}'], ids=["object", "text"])
async def test_the_first_breakdown_begins_anew_with_what_it_began_with(given: object) -> None:
    hub = Hub()
    hub.broken = {"inc-1": (ORCHESTRATOR, given)}
    await reviving.send_on(hub.itself, "inc-1")
    ((orchestrator, name, body),) = hub.started
    assert (orchestrator, name, body["concurrent"]) == (ORCHESTRATOR, "inc-1", 5)
    (told,) = body["breakdowns"]
    assert typed(told, Breakdown) == Breakdown(at=START + timedelta(hours=1), began=START, why="It broke.")


async def test_the_second_one_is_told_and_not_begun() -> None:
    hub = Hub()
    hub.broken = {"inc-1": (ORCHESTRATOR, INPUT | {"breakdowns": [record(BEFORE)]})}
    await reviving.send_on(hub.itself, "inc-1")
    ((orchestrator, name, body),) = hub.started
    assert (orchestrator, name) == (TELLER, "inc-1")
    told = typed(body, Told)
    assert (told.failure, [one.why for one in told.breakdowns]) == (FAILURE, ["then", "It broke."])


async def test_a_person_may_let_it_begin_however_often_it_broke() -> None:
    hub = Hub()
    hub.broken = {"inc-1": (ORCHESTRATOR, INPUT | {"breakdowns": [record(BEFORE)]})}
    await reviving.send_on(hub.itself, "inc-1", {"failure": record(FAILURE), "concurrent": 7})
    ((orchestrator, _, body),) = hub.started
    assert (orchestrator, body["concurrent"], len(body["breakdowns"])) == (ORCHESTRATOR, 7, 2)


async def test_what_tells_and_breaks_itself_tells_again() -> None:
    hub, told = Hub(), record(Told(failure=FAILURE, breakdowns=[BEFORE, BEFORE]))
    hub.broken = {"inc-1": (TELLER, told)}
    await reviving.send_on(hub.itself, "inc-1")
    assert hub.started == [(TELLER, "inc-1", told)]


async def test_an_input_that_nobody_understands_any_more_is_told_with_its_ids() -> None:
    hub = Hub()
    given = {"failure": {"source": 1, "vaultId": "/v", "jobId": "j"}, "breakdowns": [record(BEFORE), {"at": "never"}]}
    hub.broken = {"inc-1": (ORCHESTRATOR, given)}
    await reviving.send_on(hub.itself, "inc-1")
    told = typed(hub.started[0][2], Told)
    assert (told.failure.source, told.failure.vault_id, told.failure.job_id) == ("unknown", "/v", "j")


async def test_a_signal_is_told_under_the_id_of_an_incident_and_its_own_comes_last() -> None:
    hub = Hub()
    hub.broken = {"sig-1": (LOCATOR, INPUT | {"breakdowns": [record(BEFORE)]})}
    await reviving.send_on(hub.itself, "sig-1")
    assert [(kind, name, body["incidents"]) for kind, name, body in hub.started] == [
        (TELLER, "inc-1", []),
        (TELLER, "sig-1", ["inc-1"]),
    ]


@pytest.mark.parametrize("orchestrator", ["digest", "watch_vault", ""])
async def test_what_is_neither_is_left_alone(orchestrator: str) -> None:
    hub = Hub()
    hub.broken = {"inc-1": (orchestrator, INPUT)}
    await reviving.send_on(hub.itself, "inc-1")
    await reviving.send_on(hub.itself, "inc-2")
    assert hub.started == []
