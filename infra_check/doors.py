"""Whom Azure is to call: every function and every route that a template names is there, with the right trigger."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from infra_check.declared import BicepFile
from infra_check.functions import functions
from infra_check.problems import Problem, at
from infra_check.tree import every, member, pieces, plain, properties, text

_FUNCTION = re.compile(r"/functions/([^/?'\0]+)")
_ROUTE = re.compile(r"/api/([^?'\0]+)")


def check(file: BicepFile) -> list[Problem]:
    """Every mention of a function in a file."""
    found = [problem for node in every(file.root, "string") for problem in _in_text(file, node)]
    return found + [problem for node in every(file.root, "object") for problem in _receivers(file, node)]


def _in_text(file: BicepFile, node: Node) -> Iterator[Problem]:
    for name in _FUNCTION.findall(pieces(node)):
        if name not in functions():
            yield at("doors", file.name, node, f"there is no function '{name}'")
    for route in _ROUTE.findall(pieces(node)):
        if route not in {one.route for one in functions().values()}:
            yield at("doors", file.name, node, f"no function answers at '/api/{route}'")


def _receivers(file: BicepFile, node: Node) -> Iterator[Problem]:
    for key, _, value in properties(node):
        if key == "functionName" and plain(value) not in functions():
            yield at("doors", file.name, value, f"there is no function {text(value)}")
    if plain(member(node, "endpointType")) == "AzureFunction":
        target = member(node, "properties", "resourceId")
        names = _FUNCTION.findall(pieces(target)) if target else []
        if not names or any(_trigger(name) != "eventGridTrigger" for name in names):
            yield at("doors", file.name, node, "the event subscription leads to no function with an Event Grid trigger")


def _trigger(name: str) -> str:
    return functions()[name].trigger if name in functions() else "eventGridTrigger"  # said above already
