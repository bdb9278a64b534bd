"""One request and one answer, free of the web framework; the table of routes."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from sandbox.arm.tokens import SYSTEM, Identity
from sandbox.arm.world import World

T = TypeVar("T")
Json = Any  # The bodies of ARM are free-form JSON.

CORRELATION = "x-ms-correlation-request-id"
"""The header of the correlation id, in requests and in answers."""


@dataclass(frozen=True)
class Answer:
    """Status, body (JSON-ready, text for HTML, None for empty) and headers beyond the usual ones."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Request:
    """A request that passed the gateway; ``path`` is canonical, ``at`` the virtual time of its arrival.

    ``world`` is that of the vault or the VM that it is about; ``worlds`` are those of its subscription, of all
    subscriptions where it names none. ``holder`` is the identity that sent it.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Json
    at: datetime
    base_url: str
    world: World
    worlds: Sequence[World]
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    holder: Identity = SYSTEM

    @property
    def api_version(self) -> str:
        """The version that the client asked for."""
        return self.query.get("api-version", "")

    def link(self, path: str, **query: str) -> str:
        """An absolute URL of the simulator, with the client's api-version."""
        text = urlencode({**query, "api-version": self.api_version})
        return f"{self.base_url}{quote(path, safe='/;')}?{text}"


Handler = Callable[[Request], Answer]


@dataclass(frozen=True)
class Route:
    """An operation: where it answers, which actions it needs, which compute bucket it is counted in."""

    method: str
    pattern: re.Pattern[str]
    actions: tuple[str, ...]
    handler: Handler
    bucket: str | None = None
    depth: int | None = None  # of its paths in segments; None is any
    last: str | None = None  # their last segment in lower case, where it is no name


def _compile(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\}|\*)", template)
    text = "".join(
        "(?P<scope>.*)" if p == "*" else f"(?P<{p[1:-1]}>[^/]+)" if p[:1] == "{" else re.escape(p) for p in parts
    )
    return re.compile(f"^{text}$", re.IGNORECASE)


class Table:
    """Routes in the order of their definition; the first that fits answers."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def on(self, method: str, template: str, *actions: str, bucket: str | None = None) -> Callable[[Handler], Handler]:
        """Register the decorated handler; ``{name}`` is one segment, ``*`` any scope."""

        def register(handler: Handler) -> Handler:
            last = template.rpartition("/")[2].lower()
            depth = None if "*" in template else template.count("/")
            route = Route(method, _compile(template), actions, handler, bucket, depth, None if "{" in last else last)
            self._routes.append(route)
            return handler

        return register


def page(request: Request, rows: Sequence[T], show: Callable[[T], Json] | None = None) -> Answer:
    """One page of a list: ``value`` and, while more follows, ``nextLink``; only what it holds is made ready to show."""
    start, size = int(request.query.get("$skipToken", "0")), request.world.spec.page_size
    here = rows[start : start + size]
    body: dict[str, Json] = {"value": [show(row) for row in here] if show else list(here)}
    if start + size < len(rows):
        kept = {name: value for name, value in request.query.items() if name not in {"api-version", "$skipToken"}}
        body["nextLink"] = request.link(request.path, **kept, **{"$skipToken": str(start + size)})
    return Answer(200, body)
