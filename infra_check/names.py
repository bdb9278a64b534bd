"""Names: everything that an expression mentions exists, and every parameter and variable is mentioned."""

from collections.abc import Iterator

from tree_sitter import Node

from infra_check.builtin import DECORATORS, FUNCTIONS, NAMESPACES
from infra_check.declared import BicepFile
from infra_check.problems import Problem, at
from infra_check.tree import every, named, text

_NAMING = {
    "parameter_declaration",
    "variable_declaration",
    "resource_declaration",
    "module_declaration",
    "output_declaration",
    "type_declaration",
    "user_defined_function",
    "object_property",
}
"""Nodes whose first child is a name that is given here, not one that is meant."""


def check(file: BicepFile) -> list[Problem]:
    """Undefined names, unknown functions and decorators, and what is declared for nothing."""
    return [*_undefined(file), *_unknown_calls(file), *_unused(file), *_undescribed(file)]


def _undefined(file: BicepFile) -> Iterator[Problem]:
    for node in _mentions(file.root):
        if _is_called(node):
            if text(node) not in FUNCTIONS:
                yield at("names", file.name, node, f"there is no function '{text(node)}'")
        elif text(node) not in file.declared and text(node) not in _local(node):
            yield at("names", file.name, node, f"'{text(node)}' is not defined")


def _unknown_calls(file: BicepFile) -> Iterator[Problem]:
    for call in every(file.root, "call_expression"):
        name = named(call)[0]
        if name.type != "identifier":
            continue
        decorates = call.parent is not None and call.parent.type == "decorator"
        known = DECORATORS if decorates else FUNCTIONS | file.declared
        if text(name) not in known:
            yield at("names", file.name, name, f"there is no {'decorator' if decorates else 'function'} '{text(name)}'")


def _unused(file: BicepFile) -> Iterator[Problem]:
    mentioned = {text(node) for node in _mentions(file.root)}
    for name, parameter in file.parameters.items():
        if name not in mentioned:
            yield at("names", file.name, parameter.node, f"parameter '{name}' is never used")
    for name, value in file.variables.items():
        if name not in mentioned:
            yield at("names", file.name, value, f"variable '{name}' is never used")


def _undescribed(file: BicepFile) -> Iterator[Problem]:
    for name, parameter in file.parameters.items():
        if not parameter.about:
            yield at("names", file.name, parameter.node, f"parameter '{name}' has no @description")


def _mentions(root: Node) -> Iterator[Node]:
    """Identifiers that mean something declared elsewhere."""
    return (node for node in every(root, "identifier") if _is_mention(node))


def _is_mention(node: Node) -> bool:
    holder = node.parent
    if holder is None or text(node) in NAMESPACES or _inside(node, "type"):
        return False
    first = named(holder)[0] == node
    if holder.type in _NAMING or holder.type == "call_expression":
        return not first
    if holder.type == "resource_expression":
        return first  # what follows :: is a name inside of that resource
    return not (first and holder.type in {"for_statement", "lambda_expression"})


def _is_called(node: Node) -> bool:
    """Whether parentheses follow at once: the grammar takes a call in an array for two items."""
    after = node.next_sibling
    return after is not None and after.start_byte == node.end_byte and text(after).startswith("(")


def _inside(node: Node, kind: str) -> bool:
    return node.parent is not None and (node.parent.type == kind or _inside(node.parent, kind))


def _local(node: Node) -> set[str]:
    """Names of loops and lambdas around a node.

    The grammar lets a lambda end before its first dot, so its names count within the whole call that it stands in.
    """
    found: set[str] = set()
    holder = node.parent
    while holder is not None:
        if holder.type == "for_statement":
            found |= _loop_names(holder)
        if holder.type == "arguments":
            found |= {text(named(one)[0]) for one in every(holder, "lambda_expression")}
        if holder.type == "user_defined_function":
            found |= {text(named(one)[0]) for one in every(holder, "parameter")}
        holder = holder.parent
    return found


def _loop_names(loop: Node) -> set[str]:
    first = named(loop)[0]
    return {text(first)} if first.type == "identifier" else {text(one) for one in named(first)}
