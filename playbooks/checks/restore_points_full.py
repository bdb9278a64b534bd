"""Whether the VM holds as many instant restore points as it may."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.model import Cause
from responder.azure.model import Collection
from responder.incident import Evidence, Verdict
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed at or above the limit, summed over all collections whose source is the VM.

    The limit is a setting: the Backup documentation says 18, the Compute documentation 500.
    Source: Troubleshoot Azure VM backup failures, "UserErrorRpCollectionLimitReached".
    """
    collections, limit = case.collections(), case.settings.restore_point_limit
    count = sum(len(entry.points or []) for entry in collections)
    full = count >= limit
    return Seen(
        verdict=Verdict.CONFIRMED if full else Verdict.RULED_OUT,
        summary=say("{count} of {limit} instant restore points are in use.", count=count, limit=limit),
        evidence=[_evidence(entry) for entry in collections],
    )


def _evidence(collection: Collection) -> Evidence:
    times = sorted(point.created_at for point in collection.points or [] if point.created_at)
    value = {"points": len(collection.points or []), "state": collection.state}
    if times:
        value |= {"oldest": times[0].isoformat(), "newest": times[-1].isoformat()}
    return Evidence(what=say("restore point collection"), value=value, source=collection.id)
