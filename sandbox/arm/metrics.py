"""Metrics of a VM: the load of the scenario while the failed job ran, low values otherwise.

Source: Azure REST "Metrics - List"; Azure Virtual Machines, "Supported metrics with Azure Monitor". The service answers
errors as ``code`` and ``message`` without the ARM envelope.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.arm import lookup
from sandbox.arm.errors import SERVICE, Refused
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.times import zulu
from sandbox.arm.world import World

ROUTES = Table()

_TYPE = "Microsoft.Compute/virtualMachines"
_CPU = "Percentage CPU"
_DISK = (
    "OS Disk IOPS Consumed Percentage",
    "OS Disk Bandwidth Consumed Percentage",
    "Data Disk IOPS Consumed Percentage",
    "Data Disk Bandwidth Consumed Percentage",
    "VM Cached IOPS Consumed Percentage",
    "VM Cached Bandwidth Consumed Percentage",
    "VM Uncached IOPS Consumed Percentage",
    "VM Uncached Bandwidth Consumed Percentage",
)
_KNOWN = {name.lower(): name for name in (_CPU, *_DISK)}
_QUIET_CPU = 4.2
_QUIET_DISK = 7.5
_INTERVALS = {
    "PT1M": timedelta(minutes=1),
    "PT5M": timedelta(minutes=5),
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT1H": timedelta(hours=1),
    "PT6H": timedelta(hours=6),
    "PT12H": timedelta(hours=12),
    "P1D": timedelta(days=1),
}
_AGGREGATIONS = ("average", "minimum", "maximum", "total", "count")
_KEPT = timedelta(days=93)
_MOST_POINTS = 11000


@ROUTES.on(
    "GET",
    lookup.COMPUTE + "/virtualMachines/{vm}/providers/Microsoft.Insights/metrics",
    "Microsoft.Insights/metrics/read",
)
def list_metrics(request: Request) -> Answer:
    """``metrics.list``: names in ``metricnames``, a ``timespan``, an ``interval``, an ``aggregation``."""
    machine = lookup.machine(request)
    names = [_name(text) for text in request.query.get("metricnames", _CPU).split(",")]
    since, until = _timespan(request)
    interval = request.query.get("interval", "PT1M")
    if interval not in _INTERVALS or (until - since) / _INTERVALS[interval] > _MOST_POINTS:
        raise _bad(f"Detected invalid time grain input: {interval}")
    series = [_Series(request, name, since, until) for name in names]
    body = {
        "cost": 0,
        "timespan": f"{zulu(since)}/{zulu(until)}",
        "interval": interval,
        "value": [entry.row(machine.id, _INTERVALS[interval]) for entry in series],
        "namespace": _TYPE,
        "resourceregion": request.world.spec.location,
    }
    return Answer(200, body)


class _Series:
    """The values of one metric."""

    def __init__(self, request: Request, name: str, since: datetime, until: datetime) -> None:
        self._world = request.world
        self._name = name
        self._since = since
        self._until = min(until, request.at)
        asked = [part.strip().lower() for part in request.query.get("aggregation", "Average").split(",")]
        if not set(asked) <= set(_AGGREGATIONS):
            raise _bad(f"Detected invalid aggregation input: {request.query['aggregation']}")
        self._asked = asked

    def row(self, resource: str, step: timedelta) -> dict[str, Any]:
        """The metric as the service lists it."""
        return {
            "id": f"{resource}/providers/Microsoft.Insights/metrics/{self._name}",
            "type": "Microsoft.Insights/metrics",
            "name": {"value": self._name, "localizedValue": self._name},
            "displayDescription": self._name,
            "unit": "Percent",
            "timeseries": [{"metadatavalues": [], "data": self._points(step)}],
            "errorCode": "Success",
        }

    def _points(self, step: timedelta) -> list[dict[str, Any]]:
        points: list[dict[str, Any]] = []
        at = self._since
        while at < self._until:
            value = _value(self._world, self._name, at, at + step)
            points.append({"timeStamp": zulu(at.replace(second=0, microsecond=0)), **dict.fromkeys(self._asked, value)})
            at += step
        return points


def _value(world: World, name: str, since: datetime, until: datetime) -> float:
    job, load = world.failed_job, world.spec.load
    busy = job is not None and since < job.ends and until > job.started
    if name == _CPU:
        return load.cpu if busy else min(load.cpu, _QUIET_CPU)
    return load.disk if busy else min(load.disk, _QUIET_DISK)


def _name(text: str) -> str:
    known = _KNOWN.get(text.strip().lower())
    if not known:
        provider, kind = _TYPE.split("/")
        valid = ",".join(_KNOWN.values())
        raise _bad(
            f"Failed to find metric configuration for provider: {provider}, resource Type: {kind}, "
            f"metric: {text.strip()}, Valid metrics: {valid}"
        )
    return known


def _timespan(request: Request) -> tuple[datetime, datetime]:
    """The last hour if nothing is asked."""
    text = request.query.get("timespan")
    if not text:
        return request.at - timedelta(hours=1), request.at
    since, _, until = text.partition("/")
    try:
        ends = [datetime.fromisoformat(part) for part in (since, until)]
    except ValueError:
        raise _bad(f"Detected invalid timespan input: {text}") from None
    first, last = (end if end.tzinfo else end.replace(tzinfo=UTC) for end in ends)
    if first >= last or first < request.at - _KEPT:
        raise _bad(f"Detected invalid timespan input: {text}")
    return first, last


def _bad(message: str) -> Refused:
    return Refused(Answer(400, {"code": "BadRequest", "message": message}, SERVICE))
