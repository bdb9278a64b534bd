"""What came out of one request body."""

from responder.incident import FailedBackup
from responder.wire import Wire


class Ignored(Wire):
    """A part of the body that was understood and asks for nothing."""

    reason: str  # one of responder.intake.reasons, for example Resolved


class Intake(Wire):
    """Everything a body held. Each accepted failure becomes an incident."""

    accepted: list[FailedBackup]
    ignored: list[Ignored] = []


Results = list[FailedBackup | Ignored]
