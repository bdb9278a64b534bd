"""Calls that only look, when the store does not answer; and bodies that no parser should have to bear."""

import json
from typing import Any, cast

import azure.functions as func
import pytest

from handlers import config, redelivering, showing, switching
from handlers.control import show_metrics, switch
from handlers.deliveries import show_deliveries
from handlers.incidents import show_incident
from responder.settings import load
from tests.handlers.test_doors import code, request
from tests.test_function_app import GOOD


class Down:
    """A store that does not answer, as the SDK tells of it."""

    def __getattr__(self, name: str) -> Any:
        raise Exception("500: the storage account does not answer")  # noqa: TRY002  as the SDK


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for user in (config, redelivering, showing, switching):
        monkeypatch.setattr(user, "configured", lambda: load(GOOD))


@pytest.mark.parametrize("look", [show_deliveries, switch, show_metrics, show_incident])
async def test_a_look_that_the_store_does_not_answer_is_to_be_repeated(look: Any) -> None:
    asked = func.HttpRequest(
        method="GET", url="http://localhost/api/any", route_params={"id": "inc-" + "0" * 32}, body=b""
    )
    answer = await code(look)(req=asked, client=Down())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert json.loads(answer.get_body())["error"]["code"] == "NotRead"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"paused":' * 50_000, b"\xff", b"", b"null", b"[]"])
async def test_a_switch_bears_any_body(body: bytes) -> None:
    answer = await code(switch)(req=request("switch", body), client=Down())
    assert (answer.status_code, json.loads(answer.get_body())["error"]["code"]) == (400, "NoSwitch")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"decision":' * 50_000, b"\xff", b"", b"null"])
def test_a_decision_bears_any_body(body: bytes) -> None:
    from handlers.deciding import _wanted

    asked = request("incidents/inc-1/decision", body, content_type="application/json")
    assert cast("Any", _wanted)(asked) == ""
