"""What Azure Monitor and Resource Health tell: activity log, metrics, availability.

Sources: Azure REST API reference, "Activity Logs - List" (2015-04-01; the log goes 90 days back), "Metrics - List"
(2023-10-01), "Availability Statuses - Get By Resource" (2024-02-01).
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from responder.azure import places
from responder.azure.calls import Calls
from responder.azure.model import ActivityEvent, Availability
from responder.azure.translate import translated
from responder.dig import dig, moment, rows, text

_LOG, _METRICS, _HEALTH = "2015-04-01", "2023-10-01", "2024-02-01"
_LOG_DAYS = 89  # a start of more than 90 days ago is refused, and the request still has to travel
_LOG_PAGES = 5  # the newest events come first; a busy subscription has more pages than anybody needs
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
# Codes that only say that something lower down failed; the reason is in ``details``.
_OUTER = {"ResourceOperationFailure", "ResourceDeploymentFailure", "DeploymentFailed", "OperationFailed"}


class Insights(Calls):
    """Azure Monitor and Resource Health. Every method raises `ArmError`s."""

    @translated
    def activity(self, subscription: str, since: datetime, until: datetime) -> list[ActivityEvent]:
        """What was done to the resources of a subscription in a span of time, newest first."""
        path = places.path("subscriptions", subscription, "providers", "Microsoft.Insights")
        start = max(since, until - timedelta(days=_LOG_DAYS))
        span = f"eventTimestamp ge '{_stamp(start)}' and eventTimestamp le '{_stamp(until)}'"
        where = f"{path}/eventtypes/management/values"
        found = self._pages(subscription, where, _LOG, {"$filter": span}, _LOG_PAGES)
        return sorted((event_of(row) for row in found), key=lambda event: event.at or _LONG_AGO, reverse=True)

    @translated
    def availability(self, vm_id: str) -> Availability:
        """What Resource Health says of a VM now."""
        vm = places.resource(vm_id, places.MACHINE)
        path = f"{places.path_of(vm)}/providers/Microsoft.ResourceHealth/availabilityStatuses/current"
        return availability_of(self._ask(vm.subscription, path, _HEALTH))

    @translated
    def metrics(self, vm_id: str, names: list[str], since: datetime, until: datetime) -> dict[str, float]:
        """The maximum of each metric in a span of time; a metric without any value is left out."""
        vm = places.resource(vm_id, places.MACHINE)
        found = self._ask(
            vm.subscription,
            f"{places.path_of(vm)}/providers/Microsoft.Insights/metrics",
            _METRICS,
            {
                "metricnames": ",".join(names),
                "timespan": f"{_stamp(since)}/{_stamp(until)}",
                "aggregation": "Maximum",
                "interval": "PT5M",
            },
        )
        return maxima(found)


def event_of(row: object) -> ActivityEvent:
    """An event from its JSON; Azure writes names as ``{"value", "localizedValue"}``."""
    properties = dig(row, "properties")
    status = text(row, "status", "value") or ""
    code, message = _reason(dig(properties, "statusMessage"))
    return ActivityEvent(
        at=moment(row, "eventTimestamp"),
        operation=text(row, "operationName", "value") or "",
        status=status,
        code=code or (text(properties, "statusCode") if status == "Failed" else None),
        message=message,
        caller=text(row, "caller"),
        resource_id=text(row, "resourceId"),
    )


def availability_of(row: object) -> Availability:
    """A VM's availability from its JSON; older versions of the API spell ``occuredTime``."""
    properties = dig(row, "properties")
    return Availability(
        state=text(properties, "availabilityState") or "Unknown",
        title=text(properties, "title"),
        summary=text(properties, "summary"),
        cause=text(properties, "reasonType"),
        at=moment(properties, "occurredTime") or moment(properties, "occuredTime"),
    )


def maxima(found: object) -> dict[str, float]:
    """Name of each metric -> its largest value."""
    return {
        name: max(values)
        for metric in rows(found, "value")
        if (name := text(metric, "name", "value")) and (values := _values(metric))
    }


def _values(metric: object) -> list[float]:
    data = [point for series in rows(metric, "timeseries") for point in rows(series, "data")]
    return [float(value) for point in data if isinstance(value := dig(point, "maximum"), int | float)]


def _reason(said: Any) -> tuple[str | None, str | None]:
    """Code and message in ``statusMessage``: mostly the JSON of an ARM error as a text, else a plain text."""
    if not isinstance(said, str):
        return _inner(dig(said, "error") or said)
    try:
        document = json.loads(said)
    except ValueError:
        return None, said or None
    return _inner(dig(document, "error") or document)


def _inner(error: object) -> tuple[str | None, str | None]:
    code = text(error, "code")
    inner = next((each for each in rows(error, "details") if text(each, "code")), None)
    if inner is not None and code in _OUTER:
        return _inner(inner)
    return code, text(error, "message")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
