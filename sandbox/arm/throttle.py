"""Request budgets: those of the gateway an hour, those of compute in three and thirty minutes.

Source: recorded rate-limit headers (149 after the first of 150 ``backupJobs/read`` calls), Azure Virtual Machines,
"Troubleshoot API throttling errors", and Azure Resource Graph, "Guidance for throttled requests": 15 queries of one
user in 5 seconds.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from sandbox.arm import errors
from sandbox.arm.exchange import Answer, Request, Route

_HOUR = timedelta(hours=1)
_BACKUP = "Microsoft.RecoveryServices/Vaults/"
_JOBS = "Microsoft.RecoveryServices/vaults/backupJobs/read"
_JOBS_AN_HOUR = 150
_OTHER_READS_AN_HOUR = 300
_METHODS = {"PUT": ("writes", 1200), "POST": ("writes", 1200), "PATCH": ("writes", 1200), "DELETE": ("deletes", 15000)}
_COMPUTE = {
    "LowCostGetRestorePoint": (500, 2500),
    "HighCostGetRestorePoint": (120, 1200),
    "DeleteRestorePoints": (350, 1000),
    "GetOperation": (15000, 30000),
    "LowCostGet": (4000, 32000),
    "HighCostGet": (240, 1200),
    "UpdateVM": (240, 1200),
}
_GRAPH = "Microsoft.ResourceGraph/"
_QUERIES = 15
_QUERY_SPAN = timedelta(seconds=5)
_COMPUTE_SPANS = {"3Min": timedelta(minutes=3), "30Min": timedelta(minutes=30)}


class Budget:
    """So many calls in any span of time."""

    def __init__(self, limit: int, span: timedelta) -> None:
        self.limit = limit
        self._span = span
        self._calls: deque[datetime] = deque()

    def take(self, at: datetime) -> int:
        """Count a call; how many are left, below zero if there was none."""
        self._forget(at)
        if len(self._calls) < self.limit:
            self._calls.append(at)
            return self.limit - len(self._calls)
        return -1

    def wait(self, at: datetime) -> int:
        """Whole seconds until there is room again."""
        self._forget(at)
        return max(1, int((self._calls[0] + self._span - at).total_seconds()) + 1)

    def _forget(self, at: datetime) -> None:
        while self._calls and self._calls[0] <= at - self._span:
            self._calls.popleft()


class Throttle:
    """The budgets of every subscription; those of Resource Graph are the user's, for the whole tenant."""

    def __init__(self) -> None:
        self._budgets: dict[tuple[str, str], Budget] = {}

    def pass_(self, request: Request, route: Route) -> Mapping[str, str]:
        """Count a request; the headers that tell what is left.

        Raises:
            Refused: 429.
        """
        if route.actions and route.actions[0].startswith(_GRAPH):
            return self._graph(request)
        if route.bucket:
            writes = {} if request.method == "GET" else self._subscription(request)
            return {**self._compute(request, route.bucket), **writes}
        if route.actions and request.method == "GET" and route.actions[0].startswith(_BACKUP):
            return self._backup(request, route.actions[0])
        return self._subscription(request)

    def _budget(self, request: Request, name: str, limit: int, span: timedelta) -> Budget:
        subscription = request.path.split("/")[2].lower() if request.path.count("/") > 1 else ""
        return self._budgets.setdefault((subscription, name), Budget(limit, span))

    def _backup(self, request: Request, action: str) -> dict[str, str]:
        shown = "Microsoft.RecoveryServices/vaults/" + action.removeprefix(_BACKUP)
        budget = self._budget(request, shown, _JOBS_AN_HOUR if shown == _JOBS else _OTHER_READS_AN_HOUR, _HOUR)
        left = budget.take(request.at)
        if left < 0:
            raise errors.throttled(shown, budget.limit, budget.wait(request.at))
        return {"x-ms-ratelimit-remaining-subscription-resource-requests": str(left)}

    def _graph(self, request: Request) -> dict[str, str]:
        budget = self._budget(request, "graph", _QUERIES, _QUERY_SPAN)
        left = budget.take(request.at)
        if left < 0:
            raise _too_many_queries(budget.wait(request.at))
        resets = str(_QUERY_SPAN).zfill(8)
        return {
            "x-ms-user-quota-remaining": str(left),
            "x-ms-user-quota-resets-after": resets,
            "x-ms-ratelimit-remaining-tenant-resource-requests": str(left),
        }

    def _subscription(self, request: Request) -> dict[str, str]:
        kind, limit = _METHODS.get(request.method, ("reads", 15000))
        budget = self._budget(request, kind, limit, _HOUR)
        left = budget.take(request.at)
        if left < 0:
            raise errors.throttled(f"subscription {kind}", limit, budget.wait(request.at))
        return {f"x-ms-ratelimit-remaining-subscription-{kind}": str(left)}

    def _compute(self, request: Request, bucket: str) -> dict[str, str]:
        parts: list[str] = []
        for limit, (suffix, span) in zip(_COMPUTE[bucket], _COMPUTE_SPANS.items(), strict=True):
            budget = self._budget(request, bucket + suffix, limit, span)
            left = budget.take(request.at)
            if left < 0:
                raise _too_many(bucket + suffix, budget.wait(request.at))
            parts.append(f"Microsoft.Compute/{bucket}{suffix};{left}")
        return {"x-ms-ratelimit-remaining-resource": ",".join(parts)}


def _too_many(target: str, seconds: int) -> errors.Refused:
    text = "The server rejected the request because too many requests have been received for this subscription."
    details = [{"code": "TooManyRequests", "target": target, "message": text}]
    body = {"error": {"code": "OperationNotAllowed", "message": text, "details": details}}
    return errors.Refused(Answer(429, body, {"Retry-After": str(seconds)}))


def _too_many_queries(seconds: int) -> errors.Refused:
    text = (
        "Client application has been throttled and should not attempt to repeat the request until an amount of time "
        "has elapsed. Please see https://aka.ms/resourcegraph-throttling for help."
    )
    details = [{"code": "RateLimiting", "message": text}]
    body = {
        "error": {
            "code": "RateLimiting",
            "message": "Please provide below info when asking for support.",
            "details": details,
        }
    }
    headers = {"Retry-After": str(seconds), "x-ms-user-quota-remaining": "0"}
    return errors.Refused(Answer(429, body, headers))
