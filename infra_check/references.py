"""Modules and files: they exist, are given what they need and nothing else, and hold what is taken out of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tree_sitter import Node

from infra_check.declared import BicepFile, Module, Parameter
from infra_check.problems import Problem, at
from infra_check.tree import every, member, named, plain, properties, text

Files = Mapping[Path, BicepFile]

_LOADING = {"loadJsonContent", "loadTextContent", "loadYamlContent", "loadFileAsBase64"}
_KINDS = {
    "array": "array",
    "boolean": "bool",
    "for_statement": "array",
    "number": "int",
    "object": "object",
    "string": "string",
}
"""Node of a literal -> type of parameter that takes it."""
_ENTRIES = {"main.bicep", "subscription.bicep"}


def check(files: Files) -> list[Problem]:
    """Everything that one file says about another."""
    found = [problem for file in files.values() for module in file.modules for problem in _module(file, module, files)]
    found += [problem for file in files.values() for problem in [*_loaded(file), *_outputs(file, files)]]
    return found + list(_orphans(files))


def _target(file: BicepFile, module: Module, files: Files) -> BicepFile | None:
    return files.get((file.path.parent / module.path).resolve())


def _module(file: BicepFile, module: Module, files: Files) -> Iterator[Problem]:
    target = _target(file, module, files)
    if target is None:
        yield at("modules", file.name, module.node, f"module '{module.symbol}': there is no file '{module.path}'")
        return
    params = member(module.body, "params")
    given = {key: (node, value) for key, node, value in properties(params)} if params else {}
    for name, (node, value) in given.items():
        yield from _given(file, module, (name, node, value), target.parameters.get(name))
    for name, parameter in target.parameters.items():
        if parameter.default is None and name not in given:
            yield at("modules", file.name, module.node, f"module '{module.symbol}' is not given '{name}'")


def _given(
    file: BicepFile, module: Module, given: tuple[str, Node, Node], parameter: Parameter | None
) -> Iterator[Problem]:
    name, node, value = given
    if parameter is None:
        yield at("modules", file.name, node, f"module '{module.symbol}' has no parameter '{name}'")
        return
    literal = plain(value)
    if parameter.allowed and literal is not None and literal not in parameter.allowed:
        allowed = ", ".join(parameter.allowed)
        yield at(
            "modules", file.name, value, f"'{literal}' is not allowed for '{name}' of '{module.symbol}': {allowed}"
        )
    source = file.parameters.get(text(value))
    kind = source.kind if source else _KINDS.get(value.type, parameter.kind)
    if kind != parameter.kind:
        yield at("modules", file.name, value, f"'{name}' of '{module.symbol}' is of type {parameter.kind}, not {kind}")
    if parameter.secure and source and not source.secure:
        yield at("modules", file.name, value, f"'{source.name}' goes into a secure parameter and is not secure itself")
    if source and source.secure and not parameter.secure:
        yield at("modules", file.name, value, f"the secure parameter '{source.name}' goes into '{name}', which is not")


def _outputs(file: BicepFile, files: Files) -> Iterator[Problem]:
    targets = {module.symbol: _target(file, module, files) for module in file.modules}
    for node in every(file.root, "member_expression"):
        parts = named(node)
        base, held = parts[0], text(parts[-1])
        symbol = text(named(base)[0]).partition("[")[0] if base.type == "member_expression" else ""
        target = targets.get(symbol)
        if target and text(named(base)[-1]) == "outputs" and held not in target.outputs:
            yield at("modules", file.name, node, f"module '{symbol}' has no output '{held}'")


def _loaded(file: BicepFile) -> Iterator[Problem]:
    for call in every(file.root, "call_expression"):
        name, arguments = named(call)[0], named(call)[-1]
        if text(name) not in _LOADING:
            continue
        path = plain(next(iter(named(arguments)), None))
        if path is None or not (file.path.parent / path).is_file():
            yield at("modules", file.name, call, f"{text(name)}: there is no file '{path or text(arguments)}'")


def _orphans(files: Files) -> Iterator[Problem]:
    used = {(file.path.parent / module.path).resolve() for file in files.values() for module in file.modules}
    for path, file in files.items():
        if path not in used and path.name not in _ENTRIES:
            yield at("modules", file.name, file.root, "no other file uses this module")
