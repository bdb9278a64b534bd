"""Every form in which an event arrives becomes the JSON that intake reads; nothing that a publisher writes raises."""

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest
from azure.functions.meta import Datum
from hypothesis import given
from hypothesis import strategies as st

from handlers import event_forms as forms
from handlers.event_intake import _failures
from responder import intake
from tests.responder.alerts import JOB, cloud_event, event_grid, vm_alert

ORIGIN = {"webhook-request-origin": "eventgrid.azure.net"}


def triggered(event: object) -> Any:
    """The event as the worker hands it to the function: by the library's own converter."""
    registry: Any = func.get_binding_registry
    return registry().get("eventGridTrigger").decode(Datum(json.dumps(event), "json"), trigger_metadata={})


def _grid(data: object) -> dict[str, Any]:
    return event_grid(data)[0]


@pytest.mark.parametrize("wrap", [_grid, cloud_event])
def test_an_alert_in_an_event_is_the_same_failure_as_the_alert_alone(wrap: Callable[[object], Any]) -> None:
    (alone,) = intake.failures(vm_alert()).accepted
    (failure,) = _failures(triggered(wrap(vm_alert())))
    assert intake.incident_id(failure) == intake.incident_id(alone)
    assert failure.job_id == JOB.lower()


def test_base64_data_of_a_cloud_event_is_read() -> None:
    event = cloud_event(None, data_base64=base64.b64encode(json.dumps(vm_alert()).encode()).decode())
    del event["data"]
    (failure,) = _failures(triggered(event))
    assert failure.job_id == JOB.lower()


@pytest.mark.parametrize("event", [{"data": vm_alert()}, {"specversion": "1.0", "data": vm_alert()}])
def test_an_event_without_a_type_still_is_opened(event: dict[str, Any]) -> None:
    (failure,) = _failures(triggered(event))
    assert failure.job_id == JOB.lower()


@pytest.mark.parametrize("event", [{}, {"specversion": None}, {"id": 7, "data": "x"}, {"data": [[["\ud800", 1e400]]]}])
def test_a_poison_event_is_kept_under_an_id_that_stays(event: dict[str, Any]) -> None:
    first, again = _failures(triggered(event)), _failures(triggered(event))
    assert [failure.vault_id for failure in first] == [None]
    assert intake.incident_id(first[0]) == intake.incident_id(again[0])


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(any_json, st.booleans())
def test_no_data_makes_the_trigger_fail(data: object, cloud: bool) -> None:
    event: dict[str, Any] = cloud_event(data) if cloud else _grid(data)
    for failure in _failures(triggered(event)):
        assert intake.incident_id(failure).startswith("inc-")


def test_a_reading_that_breaks_is_kept_by_the_events_id(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise KeyError("bug")

    monkeypatch.setattr(intake, "failures", broken)
    (failure,) = _failures(triggered(_grid(vm_alert())))
    assert failure.payload == {"eventId": "0f9d2c41", "error": "KeyError"}


def test_what_is_nested_too_deep_is_a_note() -> None:
    assert forms.clean({"id": "7", "data": _nested(100_000)}) == {"unreadable": "RecursionError", "id": "7"}


@pytest.mark.parametrize("depth", [900, 3000, 100_000])
def test_however_deep_it_is_nested_it_is_kept(depth: int) -> None:
    event: Any = SimpleNamespace(specversion="1.0", id="7", type="t", get_json=lambda: _nested(depth))
    assert [failure.vault_id for failure in _failures(event)] == [None]


def _nested(depth: int) -> object:
    deep: object = "core"
    for _ in range(depth):
        deep = [deep]
    return deep


def test_what_only_python_can_hold_is_replaced_and_the_rest_stays() -> None:
    odd = {"half": "a\ud800b", "none": float("nan"), "much": float("inf"), "large": 2**70, "id": "7"}
    assert forms.clean(odd) == {"half": "a?b", "none": None, "much": None, "large": 2.0**70, "id": "7"}


def test_binary_mode_takes_attributes_from_headers() -> None:
    headers = {"ce-specversion": "1.0", "ce-type": "a%20b", "CE-Subject": "s", "content-type": "application/json"}
    assert forms.is_binary(headers)
    event = forms.from_binary(headers, vm_alert())
    assert (event["type"], event["subject"], event["datacontenttype"]) == ("a b", "s", "application/json")
    (failure,) = intake.failures(event).accepted
    assert failure.job_id == JOB.lower()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "application/json"},
        {"ce-specversion": "1.0", "content-type": "Application/CloudEvents+json"},
    ],
)
def test_everything_else_is_structured(headers: dict[str, str]) -> None:
    assert not forms.is_binary(headers)


def _validation(data: object) -> list[dict[str, Any]]:
    return [{"eventType": "microsoft.eventgrid.SUBSCRIPTIONvalidationEvent", "data": data}]


@pytest.mark.parametrize("data", [{"validationCode": "512d38b6"}, '{"validationCode": "512d38b6"}'])
def test_the_validation_code_is_found(data: object) -> None:
    assert forms.validation_code({}, _validation(data)) == "512d38b6"
    assert forms.validation_code({}, _validation(data)[0]) == "512d38b6"
    asked = {"aeg-event-type": "SubscriptionValidation"}
    assert forms.validation_code(asked, [{"data": data}]) == "512d38b6"


@pytest.mark.parametrize("payload", [vm_alert(), [], None, _validation({}), _validation({"validationCode": "x" * 999})])
def test_nothing_else_is_echoed(payload: object) -> None:
    assert forms.validation_code({}, payload) is None


def test_the_origin_that_asks_is_let_in() -> None:
    assert forms.handshake(ORIGIN) == {
        "WebHook-Allowed-Origin": "eventgrid.azure.net",
        "WebHook-Allowed-Rate": "*",
        "Allow": "POST, OPTIONS",
    }


@pytest.mark.parametrize("origin", ["", " ", "a\r\nSet-Cookie: b"])
def test_no_origin_or_a_broken_one_is_not(origin: str) -> None:
    assert forms.handshake({"webhook-request-origin": origin}) is None
