"""POST /api/rerun at its edge: each kind of trouble has its status, and none its secrets."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers import accepting, rerun, rerun_answer, rerunning, start
from handlers.durable import DurableOrchestrationClient
from handlers.refused import Refused
from handlers.start import Opened
from responder.errors import Forbidden, PlaybookError, Rejected, ResponderError, Throttled, Unavailable
from responder.settings import load
from tests.handlers.test_doors import code, request
from tests.handlers.test_rerun_chain import client, end
from tests.responder.alerts import SUBSCRIPTION, VM
from tests.test_function_app import GOOD

NOBODY = cast("DurableOrchestrationClient", None)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (accepting, rerun_answer):
        monkeypatch.setattr(module, "configured", lambda: load(GOOD))


async def ask(body: object, durable: DurableOrchestrationClient = NOBODY) -> tuple[int, dict[str, Any], dict[str, str]]:
    answer = await code(rerun.rerun)(req=request("rerun", body), client=durable)
    return answer.status_code, json.loads(answer.get_body()), dict(answer.headers)


@pytest.mark.parametrize(
    "error, status, told",
    [
        (Throttled("slow", retry_after_seconds=17.5), 503, "slow"),
        (Unavailable("?sig=abcdefghijklmnop down"), 503, "down"),
        (Forbidden("no", action="a/read", scope="/s"), 502, "may not do a/read on /s. Name vaultId and jobId"),
        (Rejected("odd"), 502, "odd"),
        (PlaybookError("own.yaml: no title"), 400, "own.yaml: no title"),
    ],
)
async def test_trouble_is_told(monkeypatch: pytest.MonkeyPatch, error: ResponderError, status: int, told: str) -> None:
    async def run(*_: object) -> str:
        raise error

    monkeypatch.setattr(rerun_answer, "run_again", run)
    got, body, headers = await ask({"vmId": VM})
    assert (got, body["error"]["code"]) == (status, type(error).__name__)
    assert told in body["error"]["message"]
    assert "abcdefghijklmnop" not in str(body)
    if isinstance(error, Throttled):
        assert headers["Retry-After"] == "17"


async def test_what_is_no_json_is_400() -> None:
    status, body, _ = await ask(b"{")
    assert (status, body["error"]["code"]) == (400, "BodyNotJson")


async def test_every_mistake_is_listed() -> None:
    status, body, _ = await ask({"vmId": "x", "mode": "y"})
    assert status == 400
    assert [reason["field"] for reason in body["error"]["reasons"]] == ["vmId", "mode"]
    assert all(reason["remedy"] in body["error"]["message"] for reason in body["error"]["reasons"])


async def test_an_ended_incident_is_opened_again_with_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []

    async def open_incident(_: object, failure: Any, __: object) -> Opened:
        opened.append(failure)
        return Opened(id="inc-new", ignored="OwnRetry" if len(opened) > 1 else None)

    monkeypatch.setattr(start, "open_incident", open_incident)
    body = {"incidentId": end().id, "mode": "review", "playbook": "ScopeLocked"}
    status, told, _ = await ask(body, client(end()))
    assert (status, told) == (
        202,
        {"incidents": [{"id": "inc-new", "statusUrl": "https://func.example/api/incidents/inc-new"}]},
    )
    (failure,) = opened
    assert (failure.source, failure.rerun_of, failure.mode, failure.playbook) == (
        "rerun",
        end().id,
        "review",
        "ScopeLocked",
    )
    status, told, _ = await ask(body, client(end()))
    assert (status, told["error"]["code"]) == (409, "OwnRetry")


async def test_an_incident_out_of_scope_is_not_run_again() -> None:
    app = SimpleNamespace(scope=(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/other",), playbook_folder=None)
    with pytest.raises(Refused) as refused:
        await rerunning.run_again(client(end()), {"incidentId": end().id}, cast("Any", app))
    assert (refused.value.status, refused.value.reason) == (404, "OutOfScope")
