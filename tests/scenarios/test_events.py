"""Events over every door: the Event Grid trigger, CloudEvents and Event Grid's own schema over plain HTTP."""

import json
from http import HTTPStatus
from typing import Any

from sandbox import scenario as scenarios
from sandbox.arm import builtin_alert
from sandbox.runner import Sandbox
from tests.responder import alerts
from tests.responder.alerts import cloud_event
from tests.scenarios.conftest import Make

JSON = {"content-type": "application/json"}


async def _ask(sandbox: Sandbox, path: str, body: object, method: str = "POST", **headers: str) -> tuple[int, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    named = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    url = sandbox.functions_url + path
    async with sandbox.client.session.request(method, url, data=content, headers=named) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if text.startswith("{") else dict(answer.headers)


async def _grid(sandbox: Sandbox, event: object) -> int:
    """Deliver as Event Grid does to a function with its trigger."""
    path = f"/runtime/webhooks/EventGrid?functionName=backup_event&code={sandbox.secrets.system}"
    return (await _ask(sandbox, path, event, aeg_event_type="Notification", x_functions_key=sandbox.secrets.system))[0]


async def test_one_failed_job_is_one_incident_over_every_door(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox:
        alert = builtin_alert(sandbox.cloud.world)
        event = [{**alerts.event_grid(alert)[0], "subject": sandbox.cloud.world.vault_id}]
        assert await _grid(sandbox, event) == HTTPStatus.ACCEPTED
        assert await _grid(sandbox, cloud_event(alert)) == HTTPStatus.ACCEPTED
        answers = [
            await _ask(sandbox, "/api/events", cloud_event(alert), content_type="application/cloudevents+json"),
            await _ask(
                sandbox,
                "/api/events",
                [cloud_event(alert), cloud_event(alert)],
                content_type="application/cloudevents-batch+json; charset=utf-8",
            ),
            await _ask(sandbox, "/api/events", alert, ce_specversion="1.0", ce_id="7", ce_source="/s", ce_type="t"),
            await _ask(sandbox, "/api/events", event, aeg_event_type="Notification"),
            await _ask(sandbox, "/api/alerts", alert),
        ]
        assert {status for status, _ in answers} == {HTTPStatus.ACCEPTED}
        names = {entry["id"] for _, body in answers for entry in body["incidents"]}
        assert len(names) == 1
        incident = await sandbox.client.wait_for_end(names.pop(), 30)
        assert incident["outcome"] == "observed"
        assert await _grid(sandbox, event) == HTTPStatus.ACCEPTED
        assert len(sandbox.inbox.reports) == 1
        await _nobody_understands(sandbox)
        await _handshakes(sandbox)


async def _nobody_understands(sandbox: Sandbox) -> None:
    """An event that is no alert is taken, once, and told as unrecognised."""
    for _ in range(2):
        assert await _grid(sandbox, [{"id": "1", "eventType": None, "data": {"hello": [1e400, "\ud800"]}}]) == 202
    status, body = await _ask(sandbox, "/api/incidents?outcome=unrecognised", None, "GET")
    assert status == HTTPStatus.OK
    if not body["incidents"]:  # it has not ended yet
        status, body = await _ask(sandbox, "/api/incidents?state=open", None, "GET")
    (entry,) = body["incidents"]
    assert (await sandbox.client.wait_for_end(entry["id"], 30))["outcome"] == "unrecognised"
    status, body = await _ask(sandbox, "/api/incidents?top=1", None, "GET")
    assert (len(body["incidents"]), body["order"], body["note"]) == (1, "newest first", None)
    _, rest = await _ask(sandbox, f"/api/incidents?top=1&continuation={body['continuation']}", None, "GET")
    assert rest["continuation"] is None
    assert {body["incidents"][0]["outcome"], rest["incidents"][0]["outcome"]} == {"observed", "unrecognised"}
    status, body = await _ask(sandbox, "/api/incidents?vm=vm-app-01&state=half", None, "GET")
    assert (status, [reason["field"] for reason in body["error"]["reasons"]]) == (HTTPStatus.BAD_REQUEST, ["state"])


async def _handshakes(sandbox: Sandbox) -> None:
    origin = {"WebHook_Request_Origin": "eventgrid.azure.net", "WebHook_Request_Rate": "120"}
    status, headers = await _ask(sandbox, "/api/events", None, "OPTIONS", **origin)
    assert (status, headers["WebHook-Allowed-Origin"]) == (HTTPStatus.OK, "eventgrid.azure.net")
    assert headers["WebHook-Allowed-Rate"] == "*"
    status, _ = await _ask(sandbox, "/api/events", None, "OPTIONS", **origin, x_functions_key="wrong")
    assert status == HTTPStatus.UNAUTHORIZED
    code = [{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "abc"}}]
    answer = await _ask(sandbox, "/api/events", code, aeg_event_type="SubscriptionValidation")
    assert answer == (HTTPStatus.OK, {"validationResponse": "abc"})
