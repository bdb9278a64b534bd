"""The doors for failures when the store does not answer: whoever sends has to come again."""

import json
from typing import Any, cast

import azure.functions as func
import pytest

from handlers import accepting, alerts, event_intake, events, start
from handlers.durable import DurableOrchestrationClient
from handlers.start import Opened
from tests.handlers.test_event_forms import triggered
from tests.responder.alerts import event_grid, vm_alert
from tests.test_function_app import GOOD

NOBODY = cast("DurableOrchestrationClient", None)


def request(path: str, body: object, method: str = "POST", **headers: str) -> func.HttpRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return func.HttpRequest(method=method, url=f"http://localhost/api/{path}", headers=named, body=content)


def code(function: Any) -> Any:
    """The function as it is written, without the SDK's wrapper that makes its client."""
    return function._function._func.client_function


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from responder.settings import load

    monkeypatch.setattr(accepting, "configured", lambda: load(GOOD))
    monkeypatch.setattr(event_intake, "configured", lambda: load(GOOD))


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> Opened:
        raise Exception("500: the storage account does not answer")  # noqa: TRY002  as the SDK

    monkeypatch.setattr(start, "open_incident", refuse)


@pytest.mark.usefixtures("down")
@pytest.mark.parametrize("door", [alerts.receive_alert, events.receive_events])
async def test_over_http_the_sender_is_told_to_come_again(door: Any) -> None:
    answer = await code(door)(req=request("alerts", vm_alert()), client=NOBODY)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert json.loads(answer.get_body())["error"]["code"] == "NotStored"


@pytest.mark.usefixtures("down")
async def test_the_trigger_fails_so_that_event_grid_delivers_again() -> None:
    with pytest.raises(Exception, match="does not answer"):
        await code(events.backup_event)(event=triggered(event_grid(vm_alert())[0]), client=NOBODY)


async def test_every_failure_of_a_batch_is_opened_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async def opened(_: object, failure: Any, __: object) -> Opened:
        return Opened(id=f"inc-{failure.job_id}", ignored="OwnRetry" if failure.job_id.startswith("0") else None)

    monkeypatch.setattr(start, "open_incident", opened)
    jobs = [f"{number:08}-58a4-4e93-8f16-0d2a9c4e7b35" for number in (7, 30000000, 20000000)]
    batch = []
    for job in jobs:
        alert = vm_alert()
        alert["data"]["alertContext"]["extendedInfo"]["jobId"] = job
        batch.append(alert)
    answer = await code(events.receive_events)(req=request("events", batch), client=NOBODY)
    told = json.loads(answer.get_body())
    assert [entry["id"] for entry in told["incidents"]] == [f"inc-{job}" for job in jobs[1:]]
    assert told["ignored"] == [{"reason": "OwnRetry"}]


@pytest.mark.parametrize(
    "req, status",
    [
        (request("events", b"", "OPTIONS"), 400),
        (request("events", b"", "OPTIONS", WebHook_Request_Origin="eventgrid.azure.net"), 200),
        (request("events", b"no json"), 400),
        (request("events", b"1" * 2_000_000), 413),
        (request("events", b"[]", content_type="application/cloudevents-batch+json; charset=utf-8"), 202),
        (request("events", [{"data": {"validationCode": "c"}}], aeg_event_type="SubscriptionValidation"), 200),
    ],
)
async def test_what_opens_nothing_is_answered_by_itself(req: func.HttpRequest, status: int) -> None:
    answer = await code(events.receive_events)(req=req, client=NOBODY)
    assert answer.status_code == status
