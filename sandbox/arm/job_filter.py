"""The ``$filter`` of the job list: ``field eq 'value' and ...``.

Source: Azure REST "Backup Jobs - List"; times are ``yyyy-MM-dd hh:mm:ss tt`` in UTC, and the documentation's own
example writes midnight as ``00:00:00 AM``.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.arm import errors
from sandbox.arm.world import Job

Test = Callable[[Job, datetime], bool]

_TERM = re.compile(r"^\s*(?P<name>\w+)\s+eq\s+'(?P<value>[^']*)'\s*$", re.IGNORECASE)
_TIME = re.compile(r"^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) (AM|PM)$", re.IGNORECASE)
_HALF_DAY = 12


def parse(text: str) -> Test:
    """A test of one job at a moment.

    Raises:
        Refused: 400 for a term that the service would not understand.
    """
    terms = [_term(part) for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE)] if text.strip() else []
    return lambda job, at: all(term(job, at) for term in terms)


def management_type(job: Job) -> str:
    """``AzureIaasVM``, or ``AzureWorkload`` for what runs inside a VM."""
    return "AzureWorkload" if job.workload else "AzureIaasVM"


def _term(text: str) -> Test:
    found = _TERM.match(text)
    build = _FIELDS.get(found["name"].lower()) if found else None
    if not found or not build:
        raise _invalid(text)
    return build(found["value"])


def _invalid(text: str) -> errors.Refused:
    return errors.refuse(400, "BMSUserErrorInvalidInput", f"The filter '{text}' is not valid.", errors.SERVICE)


def _moment(text: str) -> datetime:
    found = _TIME.match(text)
    if not found:
        raise _invalid(text)
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    afternoon = _HALF_DAY if found[7].upper() == "PM" else 0
    try:
        return datetime(year, month, day, hour % _HALF_DAY + afternoon, minute, second, tzinfo=UTC)
    except ValueError:
        raise _invalid(text) from None


def _since(value: str) -> Test:
    moment = _moment(value)
    return lambda job, _at: job.started >= moment


def _until(value: str) -> Test:
    moment = _moment(value)
    return lambda job, _at: job.started <= moment


_FIELDS: dict[str, Callable[[str], Test]] = {
    "starttime": _since,
    "endtime": _until,
    "operation": lambda value: lambda job, _at: value.lower() == job.operation.lower(),
    "backupmanagementtype": lambda value: lambda job, _at: value.lower() == management_type(job).lower(),
    "status": lambda value: lambda job, at: value.lower() == job.status(at).lower(),
    "jobid": lambda value: lambda job, _at: value.lower() == job.id.lower(),
}
