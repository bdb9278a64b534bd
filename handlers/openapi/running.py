"""The app itself described: deliveries, the switch, counts, health, this description."""

from handlers.metrics import CONTENT_TYPE
from handlers.openapi.parts import (
    ANYBODY,
    JSON,
    KEY,
    Node,
    Told,
    answer,
    json,
    operation,
    problem,
    schema,
    sent,
    shared,
)
from responder.version import VERSION

_TAG = "The app"
_LOOK: Node = {"401": shared("NoKey"), "503": shared("Later")}


def paths() -> Node:
    """Deliveries, switch, metrics, health and the description."""
    return {
        "/api/deliveries": {"get": _deliveries(), "post": _redeliver()},
        "/api/switch": {"get": _switch(), "post": _throw()},
        "/api/metrics": {"get": _metrics()},
        "/api/health": {"get": _health()},
        "/api/preflight": {"get": _preflight()},
        "/api/openapi.json": {"get": _description()},
    }


def _deliveries() -> Node:
    told = Told(_TAG, "Show which results did not arrive, and why")
    return operation("showDeliveries", told, KEY, {"200": answer("Every receiver.", json("Deliveries"))} | _LOOK)


def _redeliver() -> Node:
    told = Told(_TAG, "Post results again", "Each under its old webhook-id, the oldest first.")
    answers = {
        "202": answer("What will be done.", json("Redelivering")),
        "400": problem("The body is wrong; all mistakes are named."),
        "401": shared("NoKey"),
        "404": problem("There is no such receiver, or no such result is listed."),
        "409": problem("Results are being posted again already, or the receiver is disabled."),
        "413": shared("TooLarge"),
        "500": shared("Failed"),
    }
    examples = {"all": {"value": {"redeliver": "all"}}, "enable": {"value": {"enable": True, "redeliver": "all"}}}
    content = {JSON: {"schema": schema("RedeliveryWish"), "examples": examples}}
    return operation("redeliver", told, KEY, answers, body=sent(content, "What is wanted."))


def _switch() -> Node:
    told = Told(_TAG, "Show the switch, the caps and the counts")
    return operation("showSwitch", told, KEY, {"200": answer("As it stands.", json("SwitchState"))} | _LOOK)


def _throw() -> Node:
    told = Told(
        _TAG,
        "Stop all changes of the app, or let them go on",
        "A change that has begun is not undone. What waits goes on within 15 minutes of the switch's end.",
    )
    answers = {
        "202": answer("The wish is stored.", json("SwitchSet")),
        "400": problem("The body is wrong.", no={"code": "NoSwitch", "message": 'Send {"paused": true} or ...'}),
        "401": shared("NoKey"),
        "500": shared("Failed"),
    }
    examples = {"stop": {"value": {"paused": True}}, "goOn": {"value": {"paused": False}}}
    content = {JSON: {"schema": schema("SwitchWish"), "examples": examples}}
    return operation("throwSwitch", told, KEY, answers, body=sent(content, "What is wanted."))


def _metrics() -> Node:
    told = Told(_TAG, "The counts for a program that collects them", "OpenMetrics 1.0.")
    kind = CONTENT_TYPE.partition(";")[0]
    counts = answer("The counts.", {kind: {"schema": {"type": "string"}}})
    return operation("showMetrics", told, KEY, {"200": counts} | _LOOK)


def _health() -> Node:
    told = Told(_TAG, "Whether the app has loaded")
    well = json("Health", well={"status": "ok", "version": VERSION})
    return operation("health", told, ANYBODY, {"200": answer("It has.", well)})


def _preflight() -> Node:
    told = Told(
        _TAG,
        "Whether the app can do its work",
        "Looks at settings, identities, rights, the way of alerts, receivers, store, clock and timer, and changes "
        "nothing. It takes up to 20 seconds. A probe that fails is told in the answer; docs/doctor.md explains codes.",
    )
    found = {
        "name": "alert-routing",
        "code": "RuleDisabled",
        "status": "failed",
        "text": "The rule that should tell of failures in ... is disabled: ...",
        "remedy": "Enable the rule.",
        "command": "az monitor alert-processing-rule update --ids ... --enabled true",
    }
    told_of = json("Report", disabled={"status": "failed", "probes": [found]})
    answers = {"200": answer("What every probe has found.", told_of), "401": shared("NoKey")}
    return operation("preflight", told, KEY, answers)


def _description() -> Node:
    told = Told(_TAG, "This description")
    content = {JSON: {"schema": {"type": "object"}}}
    return operation("openapi", told, ANYBODY, {"200": answer("OpenAPI 3.1.", content)})
