"""The doors for failures described: alerts, events, and a person's wish."""

from handlers.openapi.parts import (
    JSON,
    KEY,
    Node,
    Told,
    answer,
    header,
    json,
    operation,
    problem,
    schema,
    sent,
    shared,
)
from handlers.openapi.shared import INCIDENT, PLACE, VM

_TAG = "Failures"
_ANY: Node = {"description": "Any JSON value."}
_ACCEPTED = answer(
    "Stored: each incident is worked on, and told once.",
    json(
        "Accepted",
        opened={"incidents": [PLACE], "ignored": []},
        nothingToDo={"incidents": [], "ignored": [{"reason": "OwnRetry"}]},
    ),
)
_REFUSED: Node = {
    "400": shared("NotJson"),
    "401": shared("NoKey"),
    "413": shared("TooLarge"),
    "503": shared("Later"),
}


def paths() -> Node:
    """Alerts, events and reruns."""
    return {
        "/api/alerts": {"post": _alerts()},
        "/api/events": {"post": _events(), "options": _leave()},
        "/api/rerun": {"post": _rerun()},
    }


def _alerts() -> Node:
    told = Told(
        _TAG,
        "Tell of failed backups",
        "Takes alerts of Azure Monitor in every known shape, alone or in lists. What is not understood is kept as an "
        "incident too. The same job is one incident, however often it is told.",
    )
    example = {"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": {}, "alertContext": {}}}
    content = {JSON: {"schema": _ANY, "examples": {"alert": {"value": example}}}}
    body = sent(content, "Any JSON; its content type is not looked at.")
    return operation("receiveAlert", told, KEY, {"202": _ACCEPTED} | _REFUSED, body=body)


def _events() -> Node:
    told = Told(
        _TAG,
        "Tell of failed backups by events",
        "CloudEvents 1.0 (one, a batch, or binary mode) and events in the schema of Event Grid. A validation of "
        "Event Grid is answered by its code.",
    )
    kinds = (JSON, "application/cloudevents+json", "application/cloudevents-batch+json")
    known = answer("The validation of a new subscription.", json("Handshake", code={"validationResponse": "A1B2"}))
    return operation(
        "receiveEvents",
        told,
        KEY,
        {"200": known, "202": _ACCEPTED} | _REFUSED,
        parameters=[
            _header("ce-specversion", "Of an event in binary mode, as are all headers that begin with ce-."),
            _header("aeg-event-type", "SubscriptionValidation: a handshake of Event Grid."),
        ],
        body=sent({kind: {"schema": _ANY} for kind in kinds}, "Any JSON."),
    )


def _leave() -> Node:
    told = Told(_TAG, "Ask for leave to deliver events", "The handshake of CloudEvents. Any origin with a key has it.")
    leave = answer(
        "Leave is given.",
        WebHook_Allowed_Origin=header("AllowedOrigin"),
        WebHook_Allowed_Rate=header("AllowedRate"),
        Allow=header("Allow"),
    )
    no = problem("No origin was named.", noOrigin={"code": "NoOrigin", "message": "Ask with WebHook-Request-Origin."})
    origin = _header("WebHook-Request-Origin", "Who wants to deliver.") | {"example": "eventgrid.azure.net"}
    return operation("mayIDeliver", told, KEY, {"200": leave, "400": no, "401": shared("NoKey")}, parameters=[origin])


def _rerun() -> Node:
    told = Told(_TAG, "Take a failed backup up again", "Names one failed backup, or an incident that has ended.")
    running = {"code": "IncidentRunning", "message": "Incident ... is still working on this failure."}
    answers = {
        "202": answer("A new incident works on it.", json("TakenUp", opened={"incidents": [PLACE]})),
        "400": problem("The body is wrong; all mistakes are named."),
        "401": shared("NoKey"),
        "404": problem("There is nothing to run: unknown, out of scope, not protected, or nothing has failed."),
        "409": problem("Something stands in the way; often an incident.", running=running | {"incident": PLACE}),
        "413": shared("TooLarge"),
        "500": shared("Failed"),
        "502": problem("Azure refused to be asked, for example for want of a right."),
        "503": answer("Azure asks to wait.", json("Problem"), Retry_After=header("RetryAfter")),
    }
    examples = {
        "vm": {"value": {"vmId": VM}},
        "incident": {"value": {"incidentId": INCIDENT, "mode": "read-only"}},
    }
    content = {JSON: {"schema": schema("RerunWish"), "examples": examples}}
    return operation("rerun", told, KEY, answers, body=sent(content, "What is wanted."))


def _header(name: str, about: str) -> Node:
    return {"name": name, "in": "header", "description": about, "schema": {"type": "string"}}
