"""The gateway: every request to the simulated cloud passes it, in the order of Azure Resource Manager.

Token, api-version, disturbances, subscription, rights, budgets, locks, and then the operation itself.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import msgspec

from sandbox.arm import (
    adhoc,
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
    power,
    rbac,
    restore_points,
    role_assignments,
    vaults,
)
from sandbox.arm.exchange import Answer, Request, Route
from sandbox.arm.faults import Faults
from sandbox.arm.paths import canonical, group_of, resource_scope
from sandbox.arm.throttle import Throttle
from sandbox.arm.times import zulu
from sandbox.arm.tokens import Tokens
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
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_TABLES = (
    *(locks, vaults, items, adhoc, jobs, restore_points, machines, extensions, disks, power, groups),
    *(network, key_vaults, role_assignments, insights, metrics, graph),
)
_ROUTES: tuple[Route, ...] = tuple(chain.from_iterable(module.ROUTES for module in _TABLES))


class Call(msgspec.Struct, frozen=True):
    """One request that reached the cloud; ``path`` has no query, ``at`` is virtual RFC 3339."""

    method: str
    path: str
    status: int
    at: str

    @property
    def changes(self) -> bool:
        """Whether it asked for a change, granted or not."""
        return self.method not in _READING and not self.path.lower().endswith(_READING_POSTS)


@dataclass
class Cloud:
    """A world, its clock, and the record of everything that was asked of it."""

    world: World
    clock: Clock
    calls: list[Call] = field(default_factory=list[Call])

    def __post_init__(self) -> None:
        spec = self.world.spec
        self.tokens = Tokens(spec.tenant, spec.subscription)
        self.faults = Faults(spec.faults, self.world.now)
        self._throttle = Throttle()

    @property
    def mutations(self) -> list[dict[str, Any]]:
        """Every request that asked for a change: method, path, status and virtual time."""
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
        try:
            answer = self._pass(request, path, headers)
        except errors.Refused as refused:
            answer = refused.answer
        self.calls.append(Call(request["method"], path, answer.status, zulu(now)))
        return answer

    def _pass(self, raw: Mapping[str, Any], path: str, headers: Mapping[str, str]) -> Answer:
        self._authenticate(headers)
        now = self.clock.now()
        self.world.settle(now)
        request = Request(raw["method"], path, raw["query"], None, self.world.now, raw["base_url"], self.world)
        if not request.api_version:
            raise errors.missing_api_version()
        fault = self.faults.strike(request.method, path, now)
        if fault and not fault.spec.applies:
            return fault.answer
        answer = self._operate(request, raw["body"])
        return fault.answer if fault else answer

    def _authenticate(self, headers: Mapping[str, str]) -> None:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            why = "Authentication failed. The 'Authorization' header is missing."
            raise errors.unauthenticated(self.world.spec.tenant, why)
        if not self.tokens.good(token):
            raise errors.unauthenticated(self.world.spec.tenant, "The access token is invalid.")

    def _operate(self, request: Request, body: bytes) -> Answer:
        self._check_subscription(request.path)
        route, params = self._route(request)
        rbac.check(route.actions, request.path, self.world.spec.rbac, self.tokens.object_id)
        if request.query.get("$expand", "").lower() == "restorepoints":
            action = "Microsoft.Compute/restorePointCollections/restorePoints/read"
            rbac.check([action], request.path, self.world.spec.rbac, self.tokens.object_id)
        left = self._throttle.pass_(request, route)
        if _lockable(request):
            locks.check_locks(request)
        answer = route.handler(replace(request, params=params, body=_json(body)))
        return Answer(answer.status, answer.body, {**_content_type(route), **left, **answer.headers})

    def _check_subscription(self, path: str) -> None:
        found = _SUBSCRIPTION.match(path)
        if found and found[1].lower() != self.world.spec.subscription.lower():
            raise errors.no_subscription(found[1])

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        for route in _ROUTES:
            found = route.pattern.match(request.path)
            if found and route.method == request.method:
                return route, found.groupdict()
        raise self._unknown(request.path)

    def _unknown(self, path: str) -> errors.Refused:
        group = group_of(path)
        if group and group.lower() not in {name.lower() for name in self.world.groups}:
            return errors.no_group(group)
        kind, name = _kind_and_name(resource_scope(path))
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
