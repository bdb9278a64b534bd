"""Every alert shape -> `responder.incident.FailedBackup`; what has no known shape is kept, never dropped."""

from responder.intake.body import read
from responder.intake.failures import failures
from responder.intake.identity import incident_id
from responder.intake.model import Ignored, Intake

__all__ = ["Ignored", "Intake", "failures", "incident_id", "read"]
