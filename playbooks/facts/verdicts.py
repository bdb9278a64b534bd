"""What a check hands back, said in one word."""

from playbooks.checks import Seen
from responder.incident import Evidence, Verdict


def confirmed(summary: str, evidence: list[Evidence]) -> Seen:
    """ARM shows the cause."""
    return Seen(verdict=Verdict.CONFIRMED, summary=summary, evidence=evidence)


def ruled_out(summary: str, evidence: list[Evidence]) -> Seen:
    """ARM shows the opposite of the cause."""
    return Seen(verdict=Verdict.RULED_OUT, summary=summary, evidence=evidence)


def cannot_tell(summary: str, evidence: list[Evidence]) -> Seen:
    """ARM shows neither; the summary says what it does not show."""
    return Seen(verdict=Verdict.CANNOT_TELL, summary=summary, evidence=evidence)


def judged(found: object, yes: str, no: str, evidence: list[Evidence]) -> Seen:
    """Confirmed if something was found, else ruled out."""
    return confirmed(yes, evidence) if found else ruled_out(no, evidence)
