"""Reading the syntax tree of tree-sitter-bicep: strings, objects, and what stands behind an expression."""

from collections.abc import Iterator

from tree_sitter import Language, Node, Parser
from tree_sitter_bicep import language

_PARSER = Parser(Language(language()))


def parse(source: bytes) -> Node:
    """The root of a file's syntax tree; what is not understood is in it as errors."""
    return _PARSER.parse(source).root_node


def text(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode()


def named(node: Node) -> list[Node]:
    """The children that mean something: no punctuation, no comments."""
    return [child for child in node.named_children if child.type != "comment"]


def every(node: Node, *kinds: str) -> Iterator[Node]:
    """All nodes of these types, from the top."""
    if node.type in kinds:
        yield node
    for child in node.children:
        yield from every(child, *kinds)


def plain(node: Node | None) -> str | None:
    """The value of a string without interpolation; None for anything else."""
    if node is None or node.type != "string" or any(child.type == "interpolation" for child in node.children):
        return None
    return "".join(text(child) for child in named(node))


def pieces(node: Node) -> str:
    """The text of a string with interpolations cut out, so that what is written literally can be looked for."""
    return "".join(text(child) if child.type != "interpolation" else "\0" for child in named(node))


def properties(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Key, the key's node and the value of each property of an object whose key is no expression."""
    for child in named(node):
        parts = named(child)
        if child.type != "object_property" or len(parts) < 2:  # noqa: PLR2004  key and value; a nested resource has one
            continue
        key = text(parts[0]) if parts[0].type == "identifier" else plain(parts[0])
        if key is not None:
            yield key, parts[0], parts[-1]


def member(node: Node | None, *path: str) -> Node | None:
    """The value at a path of keys inside of an object."""
    for key in path:
        node = next((value for name, _, value in properties(node) if name == key), None) if node else None
    return node


def behind(node: Node) -> Node:
    """What a condition, a loop or parentheses hold in the end: of ``[for x in y: if (z) {..}]`` the object."""
    while node.type in {"if_statement", "for_statement", "parenthesized_expression"}:
        node = named(node)[-1]
    return node
