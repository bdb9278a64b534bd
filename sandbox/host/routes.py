"""Route templates of HTTP triggers.

Source: Microsoft Learn, "Azure Functions HTTP trigger" (customize the HTTP endpoint) and "Routing in ASP.NET Core"
(template syntax, constraints, precedence: literal before constrained before plain parameter before catch-all).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from sandbox.host.functions import Function
from sandbox.host.keys import Level

_CONSTRAINTS = {
    "int": r"-?\d{1,10}",
    "long": r"-?\d{1,19}",
    "bool": r"(?:true|false)",
    "alpha": r"[A-Za-z]+",
    "guid": r"\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?",
}
_PARAMETER = re.compile(r"\{(?P<star>\*{0,2})(?P<name>\w+)(?::(?P<constraint>\w+))?(?P<optional>\??)\}")
_ENCODED_SLASH = re.compile("%(?=2f)", re.IGNORECASE)


class RouteError(ValueError):
    """A route template that the host cannot serve."""


@dataclass(frozen=True)
class Route:
    """One HTTP function and where it answers."""

    function: Function
    pattern: re.Pattern[str]
    precedence: tuple[int, ...]
    methods: frozenset[str]
    level: Level
    template: str = field(compare=False)

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The route values of a decoded path; None if it or the method is not this route's."""
        found = self.pattern.fullmatch(path) if not self.methods or method in self.methods else None
        return {name: value for name, value in found.groupdict().items() if value} if found else None


class RouteTable:
    """All routes, the most specific first."""

    def __init__(self, functions: Iterable[Function], prefix: str) -> None:
        routes = [route_of(function, prefix) for function in functions if function.kind == "httpTrigger"]
        self.routes = sorted(routes, key=lambda route: route.precedence)

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a request and its route values. An encoded slash stays encoded."""
        path = unquote(_ENCODED_SLASH.sub("%25", raw_path)).strip("/")
        for route in self.routes:
            if (values := route.match(method, path)) is not None:
                return route, values
        return None


def route_of(function: Function, prefix: str) -> Route:
    """The route of an HTTP function below the app's prefix.

    Raises:
        RouteError: the template has a constraint or form that this host does not know.
    """
    binding: Mapping[str, object] = function.trigger
    template = "/".join(part for part in (prefix.strip("/"), str(binding.get("route") or function.name)) if part)
    methods = binding.get("methods")
    segments = template.strip("/").split("/")
    return Route(
        function=function,
        pattern=re.compile("".join(_segments(segments)), re.IGNORECASE | re.DOTALL),
        precedence=tuple(_rank(segment) for segment in segments),
        methods=frozenset(str(method).upper() for method in methods) if isinstance(methods, list) else frozenset(),
        level=Level(str(binding.get("authLevel", "function")).lower()),
        template=template,
    )


def _segments(segments: list[str]) -> Iterator[str]:
    for at, segment in enumerate(segments):
        yield _segment(segment, first=not at)


def _segment(segment: str, *, first: bool) -> str:
    slash = "" if first else "/"
    whole = _PARAMETER.fullmatch(segment)
    if whole and whole["star"]:
        return f"(?:{slash}(?P<{whole['name']}>.*))?"
    body, literals = "", _PARAMETER.split(segment)[:: _PARAMETER.groups + 1]
    if any("{" in literal or "}" in literal for literal in literals):
        raise RouteError(f"route segment {segment!r} is not supported")
    for literal, parameter in zip(literals, [*_PARAMETER.finditer(segment), None], strict=True):
        body += re.escape(literal) + (_parameter(parameter) if parameter else "")
    return f"(?:{slash}{body})?" if whole and whole["optional"] else slash + body


def _parameter(found: re.Match[str]) -> str:
    constraint = found["constraint"]
    if constraint and constraint not in _CONSTRAINTS:
        raise RouteError(f"route constraint {constraint!r} is not supported")
    return f"(?P<{found['name']}>{_CONSTRAINTS.get(constraint, '[^/]+')})"


def _rank(segment: str) -> int:
    found = _PARAMETER.search(segment)
    if found is None:
        return 0
    if found["star"]:
        return 3
    return 1 if found["constraint"] else 2
