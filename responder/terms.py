"""Words that settings and incidents share: apart from the incident's model, which no setting has to wait for."""

from enum import StrEnum


class Mode(StrEnum):
    """How much the app may do on its own; order of strictness is the order of definition."""

    READ_ONLY = "read-only"
    REVIEW = "review"
    AUTONOMOUS = "autonomous"


class Outcome(StrEnum):
    """How an incident ended; each ends in exactly one."""

    RESOLVED = "resolved"
    RESOLVED_WITH_WARNINGS = "resolved-with-warnings"
    NEEDS_HUMAN = "needs-human"
    OBSERVED = "observed"
    DECLINED = "declined"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNRECOGNISED = "unrecognised"
