"""Many results folded into one message: what a storm looks like to the person who is told of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from responder.incident import Incident, Outcome
from responder.wire import Wire
from responder.words import plain

MOST_ROWS = 200
"""Incidents that a digest names; the others are counted."""

_LONGEST = 300  # characters of a summary
_WORST_FIRST = [
    Outcome.FAILED,
    Outcome.NEEDS_HUMAN,
    Outcome.UNRECOGNISED,
    Outcome.EXPIRED,
    Outcome.DECLINED,
    Outcome.RESOLVED_WITH_WARNINGS,
    Outcome.OBSERVED,
    Outcome.RESOLVED,
    Outcome.SKIPPED,
]


class DigestRow(Wire):
    """One ended incident in a digest."""

    id: str
    outcome: Outcome
    reason: str | None = None
    summary: str | None = None
    code: str | None = None
    vm: str | None = None
    vault: str | None = None
    ended_at: datetime
    status_url: str | None = None


class Digest(Wire):
    """Results of a span of time. ``counts``: all of them, by outcome; ``left_out``: how many ``incidents`` lacks."""

    id: str
    since: datetime
    until: datetime
    counts: dict[str, int] = {}
    incidents: list[DigestRow] = []
    left_out: int = 0


def row(incident: Incident) -> DigestRow:
    """An ended incident as a row.

    Raises:
        ValueError: it has not ended.
    """
    if incident.outcome is None or incident.ended_at is None:
        raise ValueError(f"incident {incident.id} has not ended")
    return DigestRow(
        id=incident.id,
        outcome=incident.outcome,
        reason=incident.reason,
        summary=plain(incident.summary, _LONGEST),
        code=incident.playbooks[-1].code if incident.playbooks else None,
        vm=incident.vm,
        vault=incident.vault,
        ended_at=incident.ended_at,
    )


def fold(name: str, rows: Iterable[DigestRow]) -> Digest:
    """The digest of some rows, at least one: those that need a person first, then by time.

    Raises:
        ValueError: there is none.
    """
    found = list(rows)
    times = [entry.ended_at for entry in found]
    return _cut(Digest(id=name, since=min(times), until=max(times), counts=_counts(found), incidents=found))


def merged(one: Digest, other: Digest) -> Digest:
    """Both digests as one, under the id of the first."""
    counts = {name: one.counts.get(name, 0) + other.counts.get(name, 0) for name in one.counts | other.counts}
    return _cut(
        Digest(
            id=one.id,
            since=min(one.since, other.since),
            until=max(one.until, other.until),
            counts=counts,
            incidents=[*one.incidents, *other.incidents],
        )
    )


def _counts(rows: Iterable[DigestRow]) -> dict[str, int]:
    return dict(Counter(str(entry.outcome) for entry in rows))


def _cut(digest: Digest) -> Digest:
    """The worst rows, as many as a digest names, and how many it does not."""
    ordered = sorted(digest.incidents, key=lambda entry: (_WORST_FIRST.index(entry.outcome), entry.ended_at, entry.id))
    kept = ordered[:MOST_ROWS]
    return replace(digest, incidents=kept, left_out=sum(digest.counts.values()) - len(kept))
