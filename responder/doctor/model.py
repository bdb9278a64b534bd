"""What a probe says: a status, a sentence, and where something is wrong what mends it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from responder.notify.redact import redact
from responder.wire import Wire
from responder.words import plain

WELL = "Well"
"""Code of a probe that has found nothing wrong."""


class Status(StrEnum):
    """How something stands, the best first."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Probe(Wire):
    """One finding.

    Attributes:
        name: what was looked at, such as ``permissions``; several findings may have the same name.
        code: the finding's own name, for programs and for docs/doctor.md; ``Well`` where nothing is wrong.
        text: what was found. It holds no secret.
        remedy: what mends it, in words.
        command: a command that mends it; what stands in angle brackets is to be filled in.
    """

    name: str
    code: str
    status: Status
    text: str
    remedy: str | None = None
    command: str | None = None


class Report(Wire):
    """All findings, and the worst status among them."""

    status: Status
    probes: list[Probe]


class Area(NamedTuple):
    """What a probe looks at; makes its findings."""

    name: str

    def well(self, text: str) -> Probe:
        """Nothing is wrong."""
        return self._made(WELL, Status.OK, text, None, None)

    def doubt(self, code: str, text: str, remedy: str, command: str | None = None) -> Probe:
        """It may be meant, or cannot be told; the app works."""
        return self._made(code, Status.WARNING, text, remedy, command)

    def wrong(self, code: str, text: str, remedy: str, command: str | None = None) -> Probe:
        """Some of the app's work will fail."""
        return self._made(code, Status.FAILED, text, remedy, command)

    def _made(self, code: str, status: Status, text: str, remedy: str | None, command: str | None) -> Probe:
        told = plain(redact(text))
        return Probe(name=self.name, code=code, status=status, text=told, remedy=remedy, command=command)


def report_of(probes: Iterable[Probe]) -> Report:
    """The report of these findings, the worst first; those of one status in the order in which they came."""
    order = list(Status)
    found = sorted(probes, key=lambda probe: -order.index(probe.status))
    return Report(status=found[0].status if found else Status.OK, probes=found)
