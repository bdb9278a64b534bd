"""App settings: what the code reads is set or deliberately left, and nothing is set that nobody reads."""

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from infra_check.declared import BicepFile
from infra_check.known_settings import LEFT_AT_DEFAULT, OF_THE_PLATFORM
from infra_check.problems import Problem, at
from infra_check.tree import behind, member, named, plain, properties, text
from responder.settings import reference

_PREFIX = "RESPONDER_"
_WHERE = "infra/modules/settings.bicep"


def check(files: Iterable[BicepFile]) -> list[Problem]:
    """Both directions, between Bicep, the code, and the two lists."""
    found = [(file, key, node) for file in files for key, node in _set(file)]
    given = {key for _, key, _ in found}
    return [*_unread(found), *_missing(given), *_stale(given)]


def _unread(found: Iterable[tuple[BicepFile, str, Node]]) -> Iterator[Problem]:
    read = _read_by_the_code()
    for file, key, node in found:
        if key.startswith(_PREFIX) and key not in read:
            yield at("settings", file.name, node, f"the code reads no setting '{key}'")
        if not key.startswith(_PREFIX) and key not in OF_THE_PLATFORM:
            yield at("settings", file.name, node, f"'{key}' is not among the platform's settings of known_settings.py")


def _missing(given: set[str]) -> Iterator[Problem]:
    for name in sorted(_read_by_the_code() - given - LEFT_AT_DEFAULT.keys()):
        yield Problem("settings", _WHERE, 0, f"'{name}' is neither set nor left at its default in known_settings.py")
    for name in sorted(OF_THE_PLATFORM.keys() - given):
        yield Problem("settings", _WHERE, 0, f"'{name}' is not set: {OF_THE_PLATFORM[name]}")


def _stale(given: set[str]) -> Iterator[Problem]:
    for name in sorted(LEFT_AT_DEFAULT):
        if name in given or name not in _read_by_the_code():
            why = "is set" if name in given else "is read by nobody"
            yield Problem("settings", "infra_check/known_settings.py", 0, f"'{name}' is left at its default and {why}")


def _read_by_the_code() -> set[str]:
    return {row.name for row in reference()}


def _set(file: BicepFile) -> Iterator[tuple[str, Node]]:
    for resource in file.resources:
        values = member(resource.body, "properties")
        if (
            resource.kind == "Microsoft.Web/sites/config"
            and plain(member(resource.body, "name")) == "appsettings"
            and values
        ):
            yield from _keys(values, file)


def _keys(node: Node, file: BicepFile) -> Iterator[tuple[str, Node]]:
    """Keys of an object, of the variable that holds one, of both branches of a condition, of all parts of a union."""
    node = behind(node)
    if node.type == "object":
        yield from ((key, where) for key, where, _ in properties(node))
    elif node.type == "identifier" and text(node) in file.variables:
        yield from _keys(file.variables[text(node)], file)
    elif node.type == "ternary_expression":
        yield from (found for branch in named(node)[1:] for found in _keys(branch, file))
    elif node.type == "call_expression" and text(named(node)[0]) == "union":
        yield from (found for part in named(named(node)[-1]) for found in _keys(part, file))
