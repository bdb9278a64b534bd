"""The Event Grid webhook: both handshakes, deliveries, refusals."""

import json
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.sandbox.host.running import RunningHost

HOOK = "/runtime/webhooks/EventGrid?functionName=on_event"
NOTIFY = {"aeg-event-type": "Notification"}


def post(host: RunningHost, body: object, headers: dict[str, str], *, code: str = "the-system") -> requests.Response:
    return host.call("POST", f"{HOOK}&code={code}", headers=headers, data=json.dumps(body))


def event(subject: str = "good", **more: object) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "subject": subject,
        "eventType": "Microsoft.RecoveryServices.BackupJob",
        "eventTime": "2026-11-22T10:00:00.1234567Z",
        "data": {},
        "dataVersion": "1",
        **more,
    }


@pytest.mark.parametrize("data", [{"validationCode": "512d38b6"}, json.dumps({"validationCode": "512d38b6"})])
@pytest.mark.parametrize("wrap", [True, False])
def test_handshake_of_the_event_grid_schema(shared: RunningHost, data: object, wrap: bool) -> None:
    body = event(data=data)
    answer = post(shared, [body] if wrap else body, {"aeg-event-type": "SubscriptionValidation"})
    assert answer.status_code == 200
    assert answer.json() == {"validationResponse": "512d38b6"}


@pytest.mark.parametrize(
    "asked,allowed",
    [
        ("eventgrid.azure.net", "eventgrid.azure.net"),
        ("westeurope.eventgrid.azure.net", "westeurope.eventgrid.azure.net"),
        ("evil-eventgrid.azure.net", "eventgrid.azure.net"),
        ("example.com", "eventgrid.azure.net"),
    ],
)
def test_handshake_of_cloud_events(shared: RunningHost, asked: str, allowed: str) -> None:
    answer = shared.call("OPTIONS", f"{HOOK}&code=the-system", headers={"WebHook-Request-Origin": asked})
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == allowed


def test_an_object_is_one_event(shared: RunningHost) -> None:
    sent = event()
    assert post(shared, sent, NOTIFY).status_code == 202
    assert shared.journal().count(sent["id"]) == 1


def test_a_cloud_event_arrives_too(shared: RunningHost) -> None:
    sent = {"specversion": "1.0", "id": str(uuid4()), "source": "/s", "type": "t", "subject": "good"}
    assert post(shared, [sent], NOTIFY).status_code == 202
    assert sent["id"] in shared.journal()


def test_one_failing_event_fails_the_delivery_but_all_ran(shared: RunningHost) -> None:
    sent = [event(), event("bad"), event()]
    assert post(shared, sent, NOTIFY).status_code == 500
    assert {one["id"] for one in sent} <= set(shared.journal())


def test_a_time_with_an_offset_fails_before_the_function_runs(shared: RunningHost) -> None:
    sent = event(eventTime="2026-11-22T10:00:00+02:00")
    assert post(shared, [sent], NOTIFY).status_code == 500
    assert sent["id"] not in shared.journal()


@pytest.mark.parametrize(
    "headers,body,status",
    [
        ({"aeg-event-type": "Unsubscribe"}, [], 202),
        ({"aeg-event-type": "Other"}, [], 400),
        ({}, [], 400),
        (NOTIFY, ["text"], 400),
        ({"aeg-event-type": "SubscriptionValidation"}, [{"data": {}}], 400),
        ({"aeg-event-type": "SubscriptionValidation"}, [], 400),
    ],
)
def test_other_deliveries(shared: RunningHost, headers: dict[str, str], body: object, status: int) -> None:
    assert post(shared, body, headers).status_code == status


def test_a_body_that_is_not_json_is_refused(shared: RunningHost) -> None:
    answer = shared.call("POST", f"{HOOK}&code=the-system", headers=NOTIFY, data=b"{")
    assert answer.status_code == 400


@pytest.mark.parametrize("code,status", [("the-system", 202), ("the-master", 202), ("the-function", 401), ("", 401)])
def test_the_webhook_asks_for_the_system_key(shared: RunningHost, code: str, status: int) -> None:
    assert post(shared, [event()], NOTIFY, code=code).status_code == status


@pytest.mark.parametrize("name", ["On_Event", "echo", ""])
def test_names_are_case_sensitive_and_of_event_grid_functions(shared: RunningHost, name: str) -> None:
    path = f"/runtime/webhooks/EventGrid?functionName={name}&code=the-system"
    answer = shared.call("POST", path, headers=NOTIFY, data="[]")
    assert answer.status_code == 404
    assert name in answer.text
