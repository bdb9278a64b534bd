"""The schemas of the description: those of the app's own models are made from the models themselves."""

from typing import Any

import msgspec

from handlers.openapi import answers
from handlers.openapi.parts import Node, schema
from responder.doctor.model import Report
from responder.incident import Incident, Mode
from responder.notify.digest import Digest
from responder.notify.message import APPROVAL, DIGEST, Message

_MODELS = (
    answers.Accepted,
    answers.Decided,
    answers.Deliveries,
    answers.Handshake,
    answers.Health,
    answers.IncidentList,
    answers.LocatedSignal,
    answers.LocksPutBack,
    answers.OpenedIncident,
    answers.Problem,
    answers.Redelivering,
    answers.SwitchSet,
    answers.SwitchState,
    answers.TakenUp,
    answers.WaitingPlan,
    Digest,
    Incident,
    Message,
    Report,
)
_ID = "^inc-[0-9a-f]{32}$"


def components() -> Node:
    """All schemas, by name."""
    _, made = msgspec.json.schema_components(_MODELS, ref_template="#/components/schemas/{name}")
    models: Node = {name: _tidy(node) for name, node in made.items()}
    return dict(sorted((models | _written()).items()))


def _tidy(node: Any) -> Any:
    """As people read it: of a docstring the first paragraph on one line, and the type of an enumeration."""
    if isinstance(node, list):
        return [_tidy(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    tidy = {key: _tidy(value) for key, value in node.items()}
    if isinstance(tidy.get("description"), str):
        tidy["description"] = _first_paragraph(tidy["description"])
    return {"type": "string"} | tidy if "enum" in tidy and "type" not in tidy else tidy


def _first_paragraph(text: str) -> str:
    return " ".join(text.split("\n\n", 1)[0].split()).replace("``", "`")


def _written() -> Node:
    """What no model has: bodies that the app reads field by field, and choices."""
    return {
        "AnyIncident": {
            "description": "An incident; before its first step, or if it names no job, less is known of it.",
            "anyOf": [schema("Incident"), schema("OpenedIncident"), schema("LocatedSignal")],
        },
        "ApprovalRequest": _approval_request(),
        "Decision": {
            "description": "What a person decides.",
            "type": "object",
            "properties": {"decision": {"type": "string", "enum": ["approve", "decline"]}},
            "required": ["decision"],
        },
        "DigestMessage": _message(DIGEST, schema("Digest"), "Many results in one message."),
        "RedeliveryWish": _redelivery_wish(),
        "RerunWish": _rerun_wish(),
        "SwitchWish": {
            "description": "Whether all changes of the app are stopped.",
            "type": "object",
            "properties": {"paused": {"type": "boolean"}},
            "required": ["paused"],
        },
    }


def _message(kind: str, data: Node, about: str) -> Node:
    properties = {"type": {"const": kind}, "timestamp": {"type": "string", "format": "date-time"}, "data": data}
    return {"description": about, "type": "object", "properties": properties, "required": [*properties]}


def _approval_request() -> Node:
    properties: Node = {
        "incident": schema("Incident"),
        "plan": {"type": "array", "items": {"type": "string"}, "description": "Each change, in words."},
        "decisionUrl": {"type": "string", "format": "uri", "description": "Where a person decides. Keep it secret."},
        "expiresAt": {"type": "string", "format": "date-time"},
    }
    data: Node = {"type": "object", "properties": properties, "required": [*properties]}
    return _message(APPROVAL, data, "A plan waits for a person.")


def _rerun_wish() -> Node:
    texts = {
        "vmId": "ARM id of a VM: its newest failed backup is taken up.",
        "protectedItemId": "ARM id of the protected item in its vault: the same for this item.",
        "vaultId": "ARM id of a vault, together with jobId.",
        "jobId": "GUID of a failed job, together with vaultId.",
        "incidentId": "An ended incident: the next one goes on where it ended.",
        "playbook": "Code of the playbook to follow instead of the one that fits.",
    }
    properties: Node = {name: {"type": "string", "minLength": 1, "description": text} for name, text in texts.items()}
    properties["incidentId"]["pattern"] = _ID
    properties["jobId"]["format"] = "uuid"
    properties["mode"] = {
        "type": "string",
        "enum": [mode.value for mode in Mode],
        "description": "Can only make the app stricter than its settings.",
    }
    targets = (["vmId"], ["protectedItemId"], ["incidentId"], ["vaultId", "jobId"])
    return {
        "description": "What is to be taken up again: exactly one target. Names of fields are read without case.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": names} for names in targets],
    }


def _redelivery_wish() -> Node:
    some = {"type": "array", "items": {"type": "string", "description": "Id of an incident that is listed."}}
    return {
        "description": "What is to be done for one receiver of results: at least one of enable and redeliver.",
        "type": "object",
        "properties": {
            "target": {"type": "string", "default": "webhook", "description": "Name of the receiver."},
            "enable": {"const": True, "description": "End the pause after an answer of 410 Gone."},
            "redeliver": {"anyOf": [{"const": "all"}, some], "description": "Whose results are posted again."},
        },
        "additionalProperties": False,
        "anyOf": [{"required": ["enable"]}, {"required": ["redeliver"]}],
    }
