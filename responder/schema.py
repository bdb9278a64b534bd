"""JSON Schemas of the posted messages.

In the form that a Logic Apps request trigger takes: no references, a nullable member as ``["string", "null"]``.
``python -m responder.schema`` writes docs/schemas: ``incident``, ``approval`` and ``digest``.
Source: Microsoft Learn, "Receive and respond to inbound HTTPS calls to workflows in Azure Logic Apps", request schema.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from responder.notify.message import DigestMessage, Message, RequestMessage

MESSAGES: dict[str, type[msgspec.Struct]] = {"incident": Message, "approval": RequestMessage, "digest": DigestMessage}
"""Name of each schema and what it describes."""

_FOLDER = Path(__file__).parent.parent / "docs" / "schemas"
_DRAFT = "http://json-schema.org/draft-07/schema#"


def message_schema(name: str = "incident") -> dict[str, Any]:
    """The schema of what is posted: when an incident has ended, when a person is asked, when a storm is folded.

    Raises:
        KeyError: it is none of `MESSAGES`.
    """
    schema = msgspec.json.schema(MESSAGES[name])
    definitions: dict[str, Any] = schema.pop("$defs")
    return {"$schema": _DRAFT, **_inline(schema, definitions)}


def text(name: str = "incident") -> str:
    """The schema as its file holds it."""
    return json.dumps(message_schema(name), indent=2) + "\n"


def file(name: str) -> Path:
    """Where the schema is kept."""
    return _FOLDER / f"{name}.schema.json"


def _inline(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(entry, definitions) for entry in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inline(definitions[node["$ref"].rpartition("/")[2]], definitions)
    inlined = {key: _inline(value, definitions) for key, value in node.items()}
    return _nullable(inlined) if "anyOf" in inlined else _typed(inlined)


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    """``anyOf: [X, null]`` as X with ``null`` among its types."""
    (kind,) = [option for option in node.pop("anyOf") if option != {"type": "null"}]
    merged = {**kind, **node, "type": [kind["type"], "null"]}
    if "enum" in merged:
        merged["enum"] = [*merged["enum"], None]
    return merged


def _typed(node: dict[str, Any]) -> dict[str, Any]:
    """The node with the type of an enumeration, which msgspec leaves out, and its description on one line."""
    if isinstance(node.get("description"), str):
        node["description"] = " ".join(node["description"].split())
    return {"type": "string", **node} if "enum" in node and "type" not in node else node


if __name__ == "__main__":
    for message in MESSAGES:
        file(message).write_text(text(message), "utf-8")
