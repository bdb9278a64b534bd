"""The forms in which an event arrives, each as the JSON that `responder.intake` reads. Pure.

Sources: CloudEvents 1.0.2, "HTTP Protocol Binding" (binary mode, percent-encoded header values) and "HTTP 1.1 Web
Hooks for Event Delivery" (handshake); Microsoft Learn, "Endpoint validation with Event Grid event schema".
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import msgspec

from responder.dig import dig, rows, text

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
BATCH = "application/cloudevents-batch+json"

_STRUCTURED = "application/cloudevents"
_PREFIX = "ce-"
_LONGEST_CODE = 512
_UNNAMED = "unnamed"
_CLOUD = ("specversion", "id", "source", "type", "subject", "datacontenttype", "dataschema", "time")
_GRID = {
    "id": "id",
    "topic": "topic",
    "subject": "subject",
    "event_type": "eventType",
    "event_time": "eventTime",
    "data_version": "dataVersion",
}


def body_of_trigger(event: Any) -> dict[str, Any]:
    """The event that an Event Grid trigger hands over, as it was published.

    azure-functions chooses the class by the payload: ``specversion`` makes a CloudEvent, everything else an
    EventGridEvent. An event without a type still is opened, so that the alert inside it is found.
    """
    if hasattr(event, "specversion"):
        attributes = {name: getattr(event, name, None) for name in _CLOUD}
        known = {**dict(getattr(event, "extension_attrs", None) or {}), **attributes}
        known["type"] = known["type"] or _UNNAMED
        known["specversion"] = str(known["specversion"] or "1.0")
    else:
        known = {name: getattr(event, attribute, None) for attribute, name in _GRID.items()}
        known["eventType"] = known["eventType"] or _UNNAMED
    return clean({name: value for name, value in {**known, "data": event.get_json()}.items() if value is not None})


def clean(value: dict[str, Any]) -> dict[str, Any]:
    """The same value as strict JSON: what only Python can hold (NaN, half a character, huge numbers) is replaced.

    A value that is nested too deep becomes a note: nothing raises, because Event Grid would deliver it for a day.
    """
    try:
        strict = json.loads(json.dumps(value, default=_written), parse_constant=lambda _: None)
        encoded = json.dumps(strict, ensure_ascii=False).encode("utf-8", "replace")
        return dict(msgspec.json.decode(encoded))
    except (ValueError, TypeError, RecursionError) as error:
        return {"unreadable": type(error).__name__, "id": str(value.get("id"))[:200]}


def is_binary(headers: Mapping[str, str]) -> bool:
    """Whether a request is a CloudEvent in binary mode: attributes in headers, data as body."""
    structured = headers.get("content-type", "").strip().lower().startswith(_STRUCTURED)
    return bool(headers.get("ce-specversion")) and not structured


def from_binary(headers: Mapping[str, str], data: object) -> dict[str, Any]:
    """The CloudEvent of a request in binary mode."""
    attributes = {
        name[len(_PREFIX) :].lower(): unquote(value)
        for name, value in headers.items()
        if name.lower().startswith(_PREFIX)
    }
    content = {"datacontenttype": headers["content-type"]} if headers.get("content-type") else {}
    return {"type": _UNNAMED, **attributes, **content, "data": data}


def validation_code(headers: Mapping[str, str], payload: object) -> str | None:
    """The code that Event Grid wants back before it delivers to a new subscription; None for any other request."""
    event = rows(payload)[0] if rows(payload) else payload
    kind = (text(event, "eventType") or "").lower()
    if headers.get("aeg-event-type", "").lower() != "subscriptionvalidation" and kind != VALIDATION.lower():
        return None
    code = text(_parsed(dig(event, "data")), "validationCode")
    return code if code and len(code) <= _LONGEST_CODE else None


def handshake(headers: Mapping[str, str]) -> dict[str, str] | None:
    """The headers that let a sender of CloudEvents deliver; None if the request asks for no such leave.

    The function key admits the sender, so that any origin is allowed; the rate is not limited here.
    """
    origin = headers.get("webhook-request-origin", "").strip()
    if not origin or not origin.isprintable():
        return None
    return {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*", "Allow": "POST, OPTIONS"}


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _parsed(data: object) -> object:
    """The data of an event, also where a publisher wrote it as text."""
    try:
        return msgspec.json.decode(data) if isinstance(data, str) else data
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
