"""The official ARM schemas, in the folder that ``ARM_SCHEMAS`` names: ``<api-version>/<provider>.json``.

Source: the public repository Azure/azure-resource-manager-schemas, whose files are data of others and no part of this.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]

_BESIDE = Path("../shared/arm-schemas")


class Schema(NamedTuple):
    """A node of a schema, and the document in which its references point."""

    node: Json
    document: Json


def folder() -> Path | None:
    """Where the schemas are: what ``ARM_SCHEMAS`` says, else a folder beside the repository; None if there is none."""
    named = os.environ.get("ARM_SCHEMAS", "").strip()
    root = Path(named) if named else Path(__file__).resolve().parent.parent / _BESIDE
    return root if root.is_dir() else None


def find(schemas: Path, kind: str, version: str) -> Schema | str:
    """The schema of a resource type, or what is wrong with type or version."""
    provider, _, rest = kind.partition("/")
    key = rest.replace("/", "_").lower()
    versions = [one.name for one in sorted(schemas.iterdir()) if any(_definitions(one, provider, key))]
    if not versions:
        return f"there is no resource type '{kind}'"
    found = next(_definitions(schemas / version, provider, key), None) if version in versions else None
    return found or f"'{kind}' has no api version '{version}' here: {', '.join(versions)}"


def _definitions(version: Path, provider: str, key: str) -> Iterator[Schema]:
    for path in sorted(version.glob(f"{provider}*.json")):
        if path.stem != provider and not path.stem.startswith(f"{provider}."):
            continue
        document = _document(path)
        for section, kinds in document.items():
            if section.lower().endswith("resourcedefinitions"):
                yield from (Schema(node, document) for name, node in kinds.items() if name.lower() == key)


@cache
def _document(path: Path) -> Json:
    document: Json = json.loads(path.read_text())
    return document


def options(schema: Schema) -> list[Json]:
    """The shapes that a value may have, without references; what the template language itself allows is left out."""
    node = _resolved(schema)
    variants = node.get("oneOf") or node.get("anyOf")
    if not variants:
        return [node]
    found = [
        shape
        for variant in variants
        if not _is_expression(variant)
        for shape in options(Schema(variant, schema.document))
    ]
    return [_merged(node, shape) for shape in found]


def _resolved(schema: Schema) -> Json:
    node = schema.node
    while "$ref" in node:
        node = schema.document["definitions"].get(node["$ref"].rpartition("/")[2], {})
    return node


def _is_expression(node: Json) -> bool:
    return str(node.get("$ref", "")).endswith("#/definitions/expression")


def _merged(base: Json, shape: Json) -> Json:
    """A variant together with what all variants share."""
    if not base.get("properties"):
        return shape
    return {
        **base,
        **shape,
        "properties": {**base["properties"], **shape.get("properties", {})},
        "required": [*base.get("required", []), *shape.get("required", [])],
    }
