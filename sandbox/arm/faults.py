"""Disturbances as data: requests that a scenario lets fail a number of times.

Source of the bodies: recorded answers: 429 with the seconds in its text, 500 RestApiInternalError, 502
InvalidGatewayHost, an empty 503, HTML of a front end, and the backup service's own envelope without ``error``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from sandbox.arm import errors
from sandbox.arm.exchange import Answer
from sandbox.arm.spec import FaultSpec

_THROTTLED = 429
_HTML = (
    "<!DOCTYPE html>\r\n<html><head><title>Service Unavailable</title></head>\r\n"
    "<body><h2>Service Unavailable</h2><hr><p>HTTP Error {status}. The service is unavailable.</p></body></html>\r\n"
)
_USUAL = {
    500: ("RestApiInternalError", "The REST API call encountered an internal error."),
    502: (
        "InvalidGatewayHost",
        "Host name resolution failed for 'Microsoft.RecoveryServices'; cannot fulfill the request.",
    ),
    504: (
        "GatewayTimeout",
        "The gateway did not receive a response from the provider within the specified time period.",
    ),
}


@dataclass
class Fault:
    """A fault and how often it still strikes."""

    spec: FaultSpec
    since: datetime
    left: int

    @property
    def answer(self) -> Answer:
        """What the client gets."""
        retry = {} if self.spec.retry_after is None else {"Retry-After": str(self.spec.retry_after)}
        return Answer(self.spec.status, _body(self.spec), {**errors.SERVICE, **retry})


class Faults:
    """The faults of a scenario, and those that are added while it runs."""

    def __init__(self, specs: list[FaultSpec], now: datetime) -> None:
        self._faults: list[Fault] = []
        for spec in specs:
            self.add(spec, now)

    def add(self, spec: FaultSpec, now: datetime) -> None:
        """Let a fault strike from now on, or ``after`` seconds from now."""
        self._faults.append(Fault(spec, now + timedelta(seconds=spec.after), spec.times))

    def strike(self, method: str, path: str, at: datetime) -> Fault | None:
        """The fault that this request meets, which is one strike less from then on."""
        text = f"{method} {path}".lower()
        for fault in self._faults:
            if fault.left and at >= fault.since and fnmatchcase(text, fault.spec.match.lower()):
                fault.left -= 1
                return fault
        return None


def _body(spec: FaultSpec) -> Any:
    match (spec.body or "").partition(":"):
        case "html", _, _:
            return _HTML.format(status=spec.status)
        case "empty", _, _:
            return None
        case "service", _, _:
            text = "An internal error occurred. Please retry the operation."
            return {"ErrorCode": "CloudInternalError", "Message": {"Language": "en-us", "Value": text}}
        case "code", _, code:
            return errors.envelope(code, f"The operation failed: {code}.")
        case _:
            return _usual(spec)


def _usual(spec: FaultSpec) -> Any:
    if spec.status == _THROTTLED:
        seconds = spec.seconds if spec.retry_after is None else spec.retry_after
        return errors.throttled("Microsoft.RecoveryServices/vaults/backupJobs/read", 150, seconds).answer.body
    return errors.envelope(*_USUAL[spec.status]) if spec.status in _USUAL else None
