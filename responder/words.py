"""How people are told things: outcomes, times, durations, addresses in the portal; strangers' texts made harmless."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from responder.incident import Outcome
from responder.language import say

_PORTAL = "https://portal.azure.com/#@/resource"
_ELLIPSIS = "…"
# Direction marks and other invisible signs can make a text read as another one. Source: Unicode Standard Annex #9.
_INVISIBLE = {"Cf", "Cc", "Co", "Cs", "Cn"}
_KEPT = {"\n", "\t"}
_UNIT_SECONDS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_BLANKS = re.compile(r"[ \t]+")


class Shown(NamedTuple):
    """How an outcome is told. ``tone``: good, warning, attention or neutral."""

    title: str
    tone: str


_OUTCOMES = {
    Outcome.RESOLVED: Shown("Resolved", "good"),
    Outcome.RESOLVED_WITH_WARNINGS: Shown("Resolved with warnings", "warning"),
    Outcome.NEEDS_HUMAN: Shown("A person is needed", "attention"),
    Outcome.OBSERVED: Shown("Diagnosed, nothing changed", "neutral"),
    Outcome.DECLINED: Shown("Declined", "warning"),
    Outcome.EXPIRED: Shown("Nobody decided", "warning"),
    Outcome.SKIPPED: Shown("Skipped", "neutral"),
    Outcome.FAILED: Shown("Failed", "attention"),
    Outcome.UNRECOGNISED: Shown("Not understood", "attention"),
}
SENTENCES = [shown.title for shown in _OUTCOMES.values()] + ["Open"]
"""What `outcome` says, for the catalogues of other languages."""


def outcome(ended: Outcome | None) -> Shown:
    """An outcome's title, in the language that is spoken, and its tone; None is an incident that is open."""
    title, tone = _OUTCOMES[ended] if ended else Shown("Open", "neutral")
    return Shown(say(title), tone)


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """``2026-11-02 01:14 UTC``, and in the zone behind it where that is another one; empty for None."""
    if at is None:
        return ""
    text = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    local = at.astimezone(zone)
    if local.utcoffset() == at.astimezone(UTC).utcoffset():
        return text
    return f"{text} ({local:%Y-%m-%d %H:%M} {local.tzname() or zone.key})"


def duration(seconds: float | None) -> str:
    """The two greatest units, as ``1 d 2 h``, ``12 min 5 s``; empty for None."""
    if seconds is None:
        return ""
    left, parts = max(0, round(seconds)), list[str]()
    for unit, size in _UNIT_SECONDS:
        count, left = divmod(left, size)
        if count or (parts and len(parts) < 2):  # noqa: PLR2004  the second unit after the first
            parts.append(f"{count} {unit}")
        if len(parts) == 2:  # noqa: PLR2004
            break
    return " ".join(part for part in parts if not part.startswith("0 ")) or "0 s"


def portal(resource_id: str | None) -> str | None:
    """A resource's page in the Azure portal; None if it is no ARM id.

    Source: Azure portal, "Get a resource's link": ``https://portal.azure.com/#@<tenant>/resource<id>``.
    """
    from urllib.parse import quote

    if not resource_id or not resource_id.lower().startswith("/subscriptions/"):
        return None
    return _PORTAL + quote(resource_id, safe="/;=@")


def name(resource_id: str | None) -> str:
    """The last name of an ARM id, which is what a person looks for; other texts as they are."""
    text = resource_id or ""
    return text.rstrip("/").rpartition("/")[2] if text.startswith("/subscriptions/") else text


def plain(text: str | None, longest: int = 2000) -> str:
    """A stranger's text without invisible signs and direction marks, cut to so many characters."""
    kept = "".join(sign for sign in text or "" if sign in _KEPT or unicodedata.category(sign) not in _INVISIBLE)
    kept = _BLANKS.sub(" ", kept).strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + _ELLIPSIS
