"""JSON Schema of the posted message.

In the form that a Logic Apps request trigger takes: no references, a nullable member as ``["string", "null"]``.
``python -m responder.schema`` prints it; the file is docs/schemas/incident.schema.json.
Source: Microsoft Learn, "Receive and respond to inbound HTTPS calls to workflows in Azure Logic Apps", request schema.
"""

import json
from typing import Any

import msgspec

from responder.notify.message import Message

_DRAFT = "http://json-schema.org/draft-07/schema#"


def message_schema() -> dict[str, Any]:
    """The schema of what is posted when an incident has ended."""
    schema = msgspec.json.schema(Message)
    definitions: dict[str, Any] = schema.pop("$defs")
    return {"$schema": _DRAFT, **_inline(schema, definitions)}


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(message_schema(), indent=2) + "\n"


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
    print(text(), end="")  # noqa: T201  it is a command
