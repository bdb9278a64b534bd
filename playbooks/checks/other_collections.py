"""Restore point collections of the VM that the Backup service does not use, or uses no longer."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.model import Cause
from responder.incident import Evidence, Verdict
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if the VM has a second collection, or one that another tool made: all count against the limit."""
    collections = case.collections()
    odd = [entry for entry in collections if case.foreign(entry)]
    several = collections if len(collections) > 1 else odd
    return Seen(
        verdict=Verdict.CONFIRMED if several else Verdict.RULED_OUT,
        summary=say(
            "Restore point collections of this VM: {count}; not the service's own: {odd}.",
            count=len(collections),
            odd=len(odd),
        ),
        evidence=[
            Evidence(what=say("restore point collection"), value=len(entry.points or []), source=entry.id)
            for entry in collections
        ],
    )
