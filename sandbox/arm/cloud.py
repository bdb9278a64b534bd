"""The gateway: every request to the simulated cloud passes it, in the order of Azure Resource Manager.

Token, api-version, disturbances, subscription, rights, budgets, locks, and then the operation itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

import msgspec

from sandbox.arm import (
    adhoc,
    alerting,
    disks,
    errors,
    extensions,
    graph,
    groups,
    insights,
    items,
    jobs,
    key_vaults,
    locks,
    machines,
    metrics,
    network,
    permissions,
    power,
    rbac,
    restore_points,
    role_assignments,
    vaults,
)
from sandbox.arm.estate import Estate
from sandbox.arm.exchange import CORRELATION, Answer, Request, Route
from sandbox.arm.faults import Faults
from sandbox.arm.paths import canonical, group_of, resource_scope
from sandbox.arm.throttle import Throttle
from sandbox.arm.times import zulu
from sandbox.arm.tokens import Identity, Tokens
from sandbox.arm.world import World
from sandbox.clock import Clock

_READING = {"GET", "HEAD", "OPTIONS"}
_READING_POSTS = (
    "/backupstatus",
    "/effectivenetworksecuritygroups",
    "/effectiveroutetable",
    "/microsoft.resourcegraph/resources",
)
_NETWORK = "/providers/microsoft.network/"
_LOCKS = "/providers/microsoft.authorization/locks"
_METADATA = "/metadata/endpoints"
_TABLES = (
    *(locks, vaults, items, adhoc, jobs, restore_points, machines, extensions, disks, power, groups),
    *(network, key_vaults, role_assignments, permissions, insights, alerting, metrics, graph),
)
_ROUTES: tuple[Route, ...] = tuple(chain.from_iterable(module.ROUTES for module in _TABLES))


class Call(msgspec.Struct, frozen=True):
    """One request that reached the cloud; ``path`` has no query, ``at`` is virtual RFC 3339.

    ``identity``: the name of the one that sent it; ``actions``: the rights that it needs. Both are empty where the
    request did not come as far. ``correlation``: the correlation id that it carried, as it was sent; empty if none.
    """

    method: str
    path: str
    status: int
    at: str
    identity: str = ""
    actions: tuple[str, ...] = ()
    correlation: str = ""

    @property
    def changes(self) -> bool:
        """Whether it asked for a change, granted or not."""
        return self.method not in _READING and not self.path.lower().endswith(_READING_POSTS)


@dataclass
class _Known:
    """What is known of a request so far."""

    identity: str = ""
    actions: tuple[str, ...] = ()


class Cloud:
    """A world or several, their clock, and the record of everything that was asked of them.

    Attributes:
        clock: virtual time.
        calls: every request that was answered.
        tokens: those of the app's identities.
        faults: disturbances, those of all worlds.
    """

    def __init__(self, world: World | Sequence[World], clock: Clock) -> None:
        self._estate = Estate([world] if isinstance(world, World) else world)
        self.clock = clock
        self.calls: list[Call] = []
        spec = self.world.spec
        self.tokens = Tokens(spec.tenant, spec.subscription)
        self.faults = Faults([fault for one in self.worlds for fault in one.spec.faults], self.world.now)
        self._throttle = Throttle()

    @property
    def world(self) -> World:
        """The first world; another one that takes its place is then the only one."""
        return self._estate.worlds[0]

    @world.setter
    def world(self, world: World) -> None:
        self._estate = Estate([world])

    @property
    def worlds(self) -> Sequence[World]:
        """All worlds, each one vault with its VMs."""
        return self._estate.worlds

    @property
    def mutations(self) -> list[dict[str, Any]]:
        """Every request that asked for a change: method, path, status, virtual time, identity, actions, correlation."""
        return [msgspec.to_builtins(call) for call in self.calls if call.changes]

    @property
    def counts(self) -> dict[str, int]:
        """How many calls there were of each operation (method and path)."""
        return dict(Counter(f"{call.method} {call.path}" for call in self.calls))

    def answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Answer one request and record it.

        Args:
            request: ``method``, ``path`` (raw), ``query``, ``body`` (bytes) and ``base_url``.
            headers: of the request, names in any case.
        """
        path, now = canonical(request["path"]), self.clock.now()
        if path.lower() == _METADATA:
            return Answer(200, groups.metadata(request["base_url"], self.world.spec.tenant))
        known = _Known()
        try:
            answer = self._pass(request, path, headers, known)
        except errors.Refused as refused:
            answer = refused.answer
        sent = headers.get(CORRELATION, "")
        self.calls.append(Call(request["method"], path, answer.status, zulu(now), known.identity, known.actions, sent))
        return answer

    def _pass(self, raw: Mapping[str, Any], path: str, headers: Mapping[str, str], known: _Known) -> Answer:
        holder = self._authenticate(headers)
        known.identity = holder.name
        now = self.clock.now()
        self._estate.settle(now)
        if not raw["query"].get("api-version"):
            raise errors.missing_api_version()
        fault = self.faults.strike(raw["method"], path, now)
        if fault and not fault.spec.applies:
            return fault.answer
        answer = self._operate(self._request(raw, path, holder), raw["body"], known)
        return fault.answer if fault else answer

    def _request(self, raw: Mapping[str, Any], path: str, holder: Identity) -> Request:
        around = self._estate.around(path)
        world = self._estate.of(path, around)
        known: dict[str, Any] = {"world": world, "worlds": around, "holder": holder}
        return Request(raw["method"], path, raw["query"], None, world.now, raw["base_url"], **known)

    def _authenticate(self, headers: Mapping[str, str]) -> Identity:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            why = "Authentication failed. The 'Authorization' header is missing."
            raise errors.unauthenticated(self.world.spec.tenant, why)
        holder = self.tokens.holder(token)
        if holder is None:
            raise errors.unauthenticated(self.world.spec.tenant, "The access token is invalid.")
        return holder

    def _operate(self, request: Request, body: bytes, known: _Known) -> Answer:
        route, params = self._route(request)
        known.actions = _actions(route, request)
        rbac.check(known.actions, request.path, request.world.spec.rbac, request.holder)
        left = self._throttle.pass_(request, route)
        if _lockable(request):
            locks.check_locks(request)
        answer = route.handler(replace(request, params=params, body=_json(body)))
        return Answer(answer.status, answer.body, {**_content_type(route), **left, **answer.headers})

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        depth, last = request.path.count("/"), request.path.rpartition("/")[2].lower()
        for route in _routes(request.method, depth):
            found = route.pattern.match(request.path) if route.last in {None, last} else None
            if found:
                return route, found.groupdict()
        raise _unknown(request)


@cache
def _routes(method: str, depth: int) -> tuple[Route, ...]:
    """The routes that a path of so many segments may take, in the order of all routes."""
    return tuple(route for route in _ROUTES if route.method == method and route.depth in {None, depth})


def _actions(route: Route, request: Request) -> tuple[str, ...]:
    points = request.query.get("$expand", "").lower() == "restorepoints"
    return (*route.actions, "Microsoft.Compute/restorePointCollections/restorePoints/read") if points else route.actions


def _unknown(request: Request) -> errors.Refused:
    group = group_of(request.path)
    if group and not request.world.group(group):
        return errors.no_group(group)
    kind, name = _kind_and_name(resource_scope(request.path))
    return errors.no_resource(kind, name, group or "")


def _lockable(request: Request) -> bool:
    """Whether locks are asked: a read-only one refuses every POST to a resource, even one that only reads."""
    path = request.path.lower()
    changes = Call(request.method, path, 0, "").changes or (request.method == "POST" and _NETWORK in path)
    return changes and _LOCKS not in path


def _kind_and_name(scope: str) -> tuple[str, str]:
    _, _, tail = scope.rpartition("/providers/")
    segments = tail.split("/")
    return "/".join([segments[0], *segments[1::2]]), "/".join(segments[2::2])


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise errors.bad_content(str(error)) from None


def _content_type(route: Route) -> dict[str, str]:
    """The backup service names no charset."""
    backup = route.actions and route.actions[0].startswith("Microsoft.RecoveryServices/")
    return {"Content-Type": "application/json"} if backup else {}
