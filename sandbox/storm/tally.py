"""What became of a storm, from the outside: what the inbox received and what the simulator was asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import msgspec

from sandbox.arm.backup_ids import item_id
from sandbox.arm.cloud import Call, Cloud
from sandbox.inbox import Inbox

_HOUR = timedelta(hours=1)
_BACKUP = "/backup"


class Reports(msgspec.Struct, frozen=True):
    """The results that arrived.

    Attributes:
        incidents: ids of the incidents that ended.
        jobs: failed jobs that were told of.
        outcomes: how many incidents ended in which way.
        duplicates: results beyond the first of an incident, under whatever ``webhook-id``.
        backups: ad hoc backups that the app says it asked for, by failed job.
    """

    incidents: set[str]
    jobs: set[str]
    outcomes: dict[str, int]
    duplicates: int
    backups: dict[str, int]


def reports_of(inbox: Inbox) -> Reports:
    """All that the inbox received."""
    found = [entry.message["data"] for entry in inbox.reports]
    asked: Counter[str] = Counter()
    for data in found:
        asked[str(data["failure"].get("jobId"))] += sum(_asked_for(entry) for entry in data["retries"])
    incidents = {str(data["id"]) for data in found}
    return Reports(
        incidents=incidents,
        jobs={str(data["failure"].get("jobId")) for data in found},
        outcomes=dict(Counter(str(data["outcome"]) for data in found)),
        duplicates=len(found) - len(incidents),
        backups=dict(asked),
    )


def _asked_for(retry: Mapping[str, Any]) -> bool:
    """A job that was found after a crash, instead of asked for again, counts too: no others begin in a storm."""
    return bool(retry["state"] != "refused")


def repeated(cloud: Cloud, told: Mapping[str, int]) -> int:
    """Changes that were made once more than they should: one thing deleted twice, a backup nobody tells of."""
    jobs = {item_id(world, job.item).lower(): job.id for world in cloud.worlds for job in world.fleet}
    done = [call for call in cloud.calls if call.changes and call.status < HTTPStatus.BAD_REQUEST]
    deleted = Counter(call.path.lower() for call in done if call.method == "DELETE")
    asked = Counter(call.path.lower().removesuffix(_BACKUP) for call in done if call.path.endswith(_BACKUP))
    extra = sum(max(0, count - told.get(jobs.get(item, ""), 0)) for item, count in asked.items())
    return sum(count - 1 for count in deleted.values()) + extra


def job_reads(cloud: Cloud) -> dict[str, list[datetime]]:
    """When the jobs of each vault were read, answered or not."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for call in cloud.calls:
        vault, name, _ = call.path.lower().partition("/backupjobs")
        if name and call.method == "GET":
            found[vault].append(datetime.fromisoformat(call.at))
    return found


def most_in_an_hour(moments: Sequence[datetime]) -> int:
    """The most of some moments, in order, that lie in any hour."""
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= _HOUR:
            first += 1
        most = max(most, last - first + 1)
    return most


def throttled(calls: Iterable[Call]) -> int:
    """Requests that were refused with 429."""
    return sum(call.status == HTTPStatus.TOO_MANY_REQUESTS for call in calls)
