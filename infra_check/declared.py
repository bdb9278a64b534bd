"""One Bicep file: what it declares."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tree_sitter import Node

from infra_check.tree import behind, every, named, parse, plain, text

_DECLARATIONS = (
    "parameter_declaration",
    "variable_declaration",
    "resource_declaration",
    "module_declaration",
    "type_declaration",
    "user_defined_function",
)


@dataclass(frozen=True)
class Parameter:
    """A parameter; ``default`` is None where it must be given, ``allowed`` is None where anything is allowed."""

    name: str
    node: Node
    kind: str
    default: Node | None
    about: str | None
    secure: bool
    allowed: tuple[str, ...] | None


@dataclass(frozen=True)
class Resource:
    """A resource with its whole type, also where it is nested in another one. ``body`` is an object."""

    symbol: str
    node: Node
    kind: str
    version: str
    existing: bool
    body: Node
    looped: bool


@dataclass(frozen=True)
class Module:
    """A module and the file that it names, relative to its own."""

    symbol: str
    node: Node
    path: str
    body: Node


@dataclass(frozen=True)
class BicepFile:
    """A parsed file; ``name`` is its path from the folder around ``infra``."""

    path: Path
    name: str
    root: Node

    @classmethod
    def read(cls, path: Path, infra: Path) -> "BicepFile":
        """Parse a file of the folder ``infra``."""
        return cls(path, f"infra/{path.relative_to(infra).as_posix()}", parse(path.read_bytes()))

    @cached_property
    def declared(self) -> set[str]:
        """Every name that the file declares for all of its expressions."""
        return {text(named(node)[0]) for node in every(self.root, *_DECLARATIONS)}

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Parameters by name."""
        found: dict[str, Parameter] = {}
        decorators: list[Node] = []
        for node in named(self.root):
            if node.type == "decorators":
                decorators = named(node)
                continue
            if node.type == "parameter_declaration":
                parameter = _parameter(node, decorators)
                found[parameter.name] = parameter
            decorators = []
        return found

    @cached_property
    def variables(self) -> dict[str, Node]:
        """Values of the variables by name."""
        nodes = [named(node) for node in named(self.root) if node.type == "variable_declaration"]
        return {text(parts[0]): parts[-1] for parts in nodes}

    @cached_property
    def outputs(self) -> dict[str, Node]:
        """Declarations of the outputs by name."""
        return {text(named(node)[0]): node for node in named(self.root) if node.type == "output_declaration"}

    @cached_property
    def resources(self) -> list[Resource]:
        """All resources, the nested ones with the type of what they are nested in."""
        found: list[Resource] = []
        for node in every(self.root, "resource_declaration"):
            found.append(_resource(node, _outer(node, found)))
        return found

    @cached_property
    def modules(self) -> list[Module]:
        """All modules."""
        return [_module(node) for node in named(self.root) if node.type == "module_declaration"]


def _parameter(node: Node, decorators: list[Node]) -> Parameter:
    calls = {text(named(call)[0]): named(call)[-1] for one in decorators for call in named(one)}
    parts = named(node)
    about = calls.get("description")
    allowed = next(every(calls["allowed"], "array"), None) if "allowed" in calls else None
    return Parameter(
        name=text(parts[0]),
        node=node,
        kind=text(parts[1]),
        default=parts[2] if len(parts) > 2 else None,  # noqa: PLR2004  name, type, default
        about=plain(next(every(about, "string"), None)) if about else None,
        secure="secure" in calls,
        allowed=tuple(plain(one) or text(one) for one in named(allowed)) if allowed else None,
    )


def _resource(node: Node, outer: Resource | None) -> Resource:
    parts = named(node)
    kind, _, version = (plain(parts[1]) or "").partition("@")
    return Resource(
        symbol=text(parts[0]),
        node=node,
        kind=f"{outer.kind}/{kind}" if outer else kind,
        version=version or (outer.version if outer else ""),
        existing=any(child.type == "existing" for child in node.children),
        body=behind(parts[-1]),
        looped=parts[-1].type == "for_statement",
    )


def _outer(node: Node, found: list[Resource]) -> Resource | None:
    holder = node.parent
    while holder is not None and holder.type != "resource_declaration":
        holder = holder.parent
    return next((one for one in found if one.node == holder), None)


def _module(node: Node) -> Module:
    parts = named(node)
    return Module(symbol=text(parts[0]), node=node, path=plain(parts[1]) or "", body=behind(parts[-1]))
