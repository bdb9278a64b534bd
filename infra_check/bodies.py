"""Resource bodies against the official schemas: unknown and missing properties, wrong types and values of literals.

An expression counts as any type, except where it can be looked through: variables, parameters, conditions, loops,
``union`` and ``concat``. Newer schema files forbid no further properties and rarely name required ones; so a body is
walked along the ``properties`` that the schema knows.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from math import inf
from pathlib import Path
from typing import NamedTuple

from tree_sitter import Node

from infra_check.declared import BicepFile, Parameter, Resource
from infra_check.problems import Problem, at
from infra_check.schemas import Json, Schema, find, options
from infra_check.tree import behind, member, named, plain, properties, text

_BICEPS_OWN = {"dependsOn", "parent", "scope"}
_TEMPLATES_OWN = {"apiVersion", "resources", "type"}
_ALWAYS_THERE = {"apiVersion", "name", "type"}
_BARE = {
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Resources/resourceGroups",
}
"""Types whose ``properties`` hold nothing that must be given, though the schemas call them required."""

_LITERALS = {"string": {"string"}, "number": {"integer", "number"}, "boolean": {"boolean"}}
_KINDS = {
    "array": {"array"},
    "bool": {"boolean"},
    "int": {"integer", "number"},
    "object": {"object"},
    "string": {"string"},
}
"""Type of a parameter -> types of a schema that take it."""


class Wrong(NamedTuple):
    """A mistake at a node."""

    node: Node
    text: str


class Walk(NamedTuple):
    """What a walk needs beside node and schema: what the file declares, and the document of the schema."""

    variables: Mapping[str, Node]
    parameters: Mapping[str, Parameter]
    document: Json


def check(file: BicepFile, schemas: Path) -> list[Problem]:
    """Every mistake in the resources of a file."""
    wrong = [one for resource in file.resources for one in _resource(file, resource, schemas)]
    return [at("bodies", file.name, one.node, one.text) for one in wrong]


def _resource(file: BicepFile, resource: Resource, schemas: Path) -> Iterator[Wrong]:
    found = find(schemas, resource.kind, resource.version)
    if isinstance(found, str):
        yield Wrong(resource.node, found)
        return
    if member(resource.body, "name") is None:
        yield Wrong(resource.node, f"resource '{resource.symbol}' has no name")
    if not resource.existing:
        walk = Walk(file.variables, file.parameters, found.document)
        shapes = [_own(shape, resource) for shape in options(found) if _fits_name(shape, resource)]
        yield from _best([list(_object(resource.body, shape, walk, _BICEPS_OWN)) for shape in shapes])


def _own(shape: Json, resource: Resource) -> Json:
    known = {name: node for name, node in shape.get("properties", {}).items() if name not in _TEMPLATES_OWN}
    there = _ALWAYS_THERE | ({"properties"} if resource.kind in _BARE else set())
    required = [name for name in shape.get("required", []) if name not in there]
    return {**shape, "properties": known, "required": required}


def _fits_name(shape: Json, resource: Resource) -> bool:
    """Whether this is the variant for the resource's name: schemas tell some children apart by a pattern of it."""
    name = plain(member(resource.body, "name"))
    allowed = shape.get("properties", {}).get("name", {})
    patterns = [one["pattern"] for one in [allowed, *allowed.get("oneOf", [])] if "pattern" in one]
    return name is None or not patterns or any(re.search(one, text) for one in patterns for text in (name, f"x/{name}"))


def _value(node: Node, schema: Schema, walk: Walk) -> list[Wrong]:
    node = _seen_through(node, walk)
    if node.type == "ternary_expression":
        return [wrong for branch in named(node)[1:] for wrong in _value(branch, schema, walk)]
    if node.type == "call_expression" and text(named(node)[0]) in {"union", "concat"}:
        return [wrong for part in named(named(node)[-1]) for wrong in _part(part, schema, walk)]
    return _best([list(_against(node, shape, walk)) for shape in options(schema)])


def _part(node: Node, schema: Schema, walk: Walk) -> list[Wrong]:
    """An argument of ``union`` or ``concat``: it need not hold what is required, as another argument may."""
    return [wrong for wrong in _value(node, schema, walk) if not wrong.text.endswith("is missing")]


def _seen_through(node: Node, walk: Walk) -> Node:
    node = behind(node) if node.type == "parenthesized_expression" else node
    return _seen_through(walk.variables[text(node)], walk) if text(node) in walk.variables else node


def _best(tried: list[list[Wrong]]) -> list[Wrong]:
    """The mistakes of the variant that fits best."""
    return min(tried, key=len, default=[])


def _against(node: Node, shape: Json, walk: Walk) -> Iterator[Wrong]:
    kind = shape.get("type")
    if node.type == "object":
        yield from _object(node, shape, walk) if kind in {"object", None} else _mismatch(node, "an object", kind)
    elif node.type in {"array", "for_statement"}:
        yield from _items(node, shape, walk) if kind in {"array", None} else _mismatch(node, "an array", kind)
    elif node.type in _LITERALS:
        yield from _literal(node, shape)
    elif text(node) in walk.parameters:
        yield from _parameter(node, shape, walk.parameters[text(node)])


def _mismatch(node: Node, what: str, kind: object) -> Iterator[Wrong]:
    yield Wrong(node, f"here stands {what}, expected is {kind}")


def _object(node: Node, shape: Json, walk: Walk, also: Collection[str] = ()) -> Iterator[Wrong]:
    known, free = shape.get("properties", {}), shape.get("additionalProperties")
    given = list(properties(node))
    for key, where, value in given:
        if key in known:
            yield from _value(value, Schema(known[key], walk.document), walk)
        elif isinstance(free, dict):
            yield from _value(value, Schema(free, walk.document), walk)
        elif known and key not in also:
            yield Wrong(where, f"there is no property '{key}': {_nearest(key, known)}")
    for name in shape.get("required", []):
        if name not in {key for key, _, _ in given}:
            yield Wrong(node, f"property '{name}' is missing")


def _nearest(key: str, known: Json) -> str:
    near = get_close_matches(key, known, n=1)
    return f"is '{near[0]}' meant?" if near else f"known are {', '.join(sorted(known))}"


def _items(node: Node, shape: Json, walk: Walk) -> Iterator[Wrong]:
    items = shape.get("items")
    if isinstance(items, dict):
        for item in [behind(node)] if node.type == "for_statement" else named(node):
            yield from _value(item, Schema(items, walk.document), walk)


def _parameter(node: Node, shape: Json, parameter: Parameter) -> Iterator[Wrong]:
    kind = shape.get("type")
    if kind and kind not in _KINDS.get(parameter.kind, {kind}):
        yield Wrong(node, f"parameter '{parameter.name}' is of type {parameter.kind}, expected is {kind}")
    for value in parameter.allowed or ():
        if value not in map(str, shape.get("enum", [value])):
            yield Wrong(
                node, f"'{value}', allowed for '{parameter.name}', is none of {', '.join(map(str, shape['enum']))}"
            )


def _literal(node: Node, shape: Json) -> Iterator[Wrong]:
    kind, value = shape.get("type"), plain(node)
    if node.type == "string" and value is None and kind not in {"array", "boolean", "object"}:
        return  # an expression that makes a text
    if kind and kind not in _LITERALS[node.type]:
        yield Wrong(node, f"here stands {text(node)}, expected is {kind}")
    elif "enum" in shape and node.type == "string" and value not in shape["enum"]:
        yield Wrong(node, f"'{value}' is none of {', '.join(map(str, shape['enum']))}")
    elif value is not None and len(value) > shape.get("maxLength", len(value)):
        yield Wrong(node, f"'{value}' is longer than {shape['maxLength']} characters")
    elif node.type == "number" and not shape.get("minimum", -inf) <= int(text(node)) <= shape.get("maximum", inf):
        yield Wrong(node, f"{text(node)} is out of range")
