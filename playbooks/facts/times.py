"""Times and spans as reports show them."""

from datetime import UTC, datetime, timedelta

from responder.language import say


def stamp(moment: datetime | None) -> str:
    """A time for a sentence: ``2026-10-06 01:12 UTC``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if moment else say("an unknown time")


def rfc3339(moment: datetime | None) -> str | None:
    """A time for evidence, as RFC 3339 text in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z") if moment else None


def hours(span: timedelta) -> float:
    """A span in hours, with one decimal."""
    return round(span / timedelta(hours=1), 1)
