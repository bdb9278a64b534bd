"""What is wrong, and where."""

from typing import NamedTuple

from tree_sitter import Node


class Problem(NamedTuple):
    """One mistake. ``line`` counts from 1, 0 is the whole file; ``check`` is the name of the check that found it."""

    check: str
    file: str
    line: int
    text: str


def at(check: str, file: str, node: Node, text: str) -> Problem:
    """A mistake at a node of a file."""
    return Problem(check, file, node.start_point.row + 1, text)
