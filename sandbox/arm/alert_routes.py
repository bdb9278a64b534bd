"""Every way in which the failure of a backup job may arrive: one body for each.

Event Grid has no source for Azure Backup, so that its two envelopes are those of a bridge that publishes the built-in
alert, untouched, to a topic of one's own.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sandbox.arm.alert_logs import log_legacy, log_v1, log_v2, records
from sandbox.arm.alert_signals import activity_log, activity_log_legacy, metric
from sandbox.arm.alerts import builtin_alert
from sandbox.arm.graph_rows import job_as_row
from sandbox.arm.world import Job, World

_TYPE = "AzureBackup.JobFailed"


class Route(NamedTuple):
    """How a failure arrives; ``names_job``: the body has the job's id; ``several``: one body tells of many jobs."""

    build: Callable[[World, Sequence[Job]], Any]
    names_job: bool = True
    several: bool = False


def alert_by(route: str, world: World, job: Job, *more: Job) -> Any:
    """The body by which a failed job arrives; log rules and event hubs may tell of ``more`` jobs in one.

    Raises:
        ValueError: the job has not failed, or the route tells of one job alone.
        KeyError: there is no such route.
    """
    found = ROUTES[route]
    if more and not found.several:
        message = f"{route} tells of one job in a body"
        raise ValueError(message)
    return found.build(world, (job, *more))


def _builtin(world: World, jobs: Sequence[Job]) -> Any:
    return builtin_alert(world, jobs[0])


def _row(world: World, jobs: Sequence[Job]) -> Any:
    return job_as_row(world, jobs[0])


def _event_grid(world: World, jobs: Sequence[Job]) -> Any:
    """A delivery is a list, of one event unless the subscription asks for batches."""
    alert = builtin_alert(world, jobs[0])
    event = {
        "id": _alert_id(alert),
        "topic": _topic(world),
        "subject": _subject(world, jobs[0]),
        "eventType": _TYPE,
        "eventTime": alert["data"]["essentials"]["firedDateTime"],
        "data": alert,
        "dataVersion": "1.0",
        "metadataVersion": "1",
    }
    return [event]


def _cloud_event(world: World, jobs: Sequence[Job]) -> Any:
    alert = builtin_alert(world, jobs[0])
    return {
        "specversion": "1.0",
        "id": _alert_id(alert),
        "source": _topic(world),
        "type": _TYPE,
        "subject": _subject(world, jobs[0]),
        "time": alert["data"]["essentials"]["firedDateTime"],
        "datacontenttype": "application/json",
        "data": alert,
    }


def _alert_id(alert: dict[str, Any]) -> str:
    return str(alert["data"]["essentials"]["alertId"]).rsplit("/", 1)[1]


def _topic(world: World) -> str:
    return world.resource_id("rg-responder-prod-weu", "Microsoft.EventGrid/topics", "egt-backup-failures")


def _subject(world: World, job: Job) -> str:
    return f"{world.vault_id.lower()}/backupJobs/{job.id}"


ROUTES: dict[str, Route] = {
    "builtin": Route(_builtin),
    "log-v2": Route(log_v2),
    "log-v1": Route(log_v1, several=True),
    "log-legacy": Route(log_legacy, several=True),
    "activity-log": Route(activity_log),
    "activity-log-legacy": Route(activity_log_legacy),
    "metric": Route(metric, names_job=False),
    "event-hub-records": Route(records, several=True),
    "resource-graph-row": Route(_row),
    "event-grid": Route(_event_grid),
    "cloud-event": Route(_cloud_event),
}
