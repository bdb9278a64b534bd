"""Syntax: what the grammar of Bicep does not take."""

from collections.abc import Iterator

from tree_sitter import Node

from infra_check.declared import BicepFile
from infra_check.problems import Problem, at
from infra_check.tree import text

_SHOWN = 60


def check(file: BicepFile) -> list[Problem]:
    """Every place where a file stops being Bicep, the outermost of each."""
    return [at("syntax", file.name, node, _said(node)) for node in _errors(file.root)]


def _errors(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from _errors(child)


def _said(node: Node) -> str:
    if node.is_missing:
        return f"{node.type!r} is missing"
    lines = text(node).splitlines() or [""]
    return f"not understood: {lines[0].strip()[:_SHOWN]!r}"
