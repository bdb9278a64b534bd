"""Times and durations as Azure writes them."""

from datetime import UTC, datetime, timedelta

NOT_YET = "0001-01-01T00:00:00"  # Backup operations that still run; no zone, as the service writes it.
NEVER = "2001-01-01T00:00:00Z"  # ``lastBackupTime`` of an item that has no backup yet.


def zulu(moment: datetime) -> str:
    """RFC 3339 with ``Z`` and, where there is a fraction, its seven digits (the backup service)."""
    whole = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{moment.microsecond:06d}0Z" if moment.microsecond else f"{whole}Z"


def offset(moment: datetime) -> str:
    """RFC 3339 with ``+00:00`` (the compute service)."""
    return zulu(moment)[:-1] + "+00:00"


def us_text(moment: datetime) -> str:
    """``8/2/2019 12:00:00 AM``, as property bags of jobs have it."""
    hour = moment.hour % 12 or 12
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {moment:%p}"


def duration(span: timedelta) -> str:
    """ISO 8601, for example ``PT1H21M13.2357990S``; seconds carry seven digits."""
    ticks = max(0, round(span / timedelta(microseconds=1)))
    minutes, micro = divmod(ticks, 60_000_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{micro / 1_000_000:.7f}".rstrip("0").rstrip(".")
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + f"{seconds}S"


def point_name(moment: datetime) -> str:
    """The name that the service gives a restore point; its hour is on the 12-hour clock, without AM or PM."""
    return f"AzureBackup_{moment:%Y%m%d_%I%M%S}"
