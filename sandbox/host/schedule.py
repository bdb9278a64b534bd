"""NCRONTAB expressions.

Source: Microsoft Learn, "Timer trigger for Azure Functions", NCRONTAB expressions: six fields with the second first
(five mean second 0), ``* , - /`` and English names; no ``L W ? #``. Day and weekday must both match, unlike in cron.
"""

import calendar
import re
from datetime import datetime

from croniter import CroniterError, croniter

_FIELDS = re.compile(r"[0-9A-Za-z*,/-]+(?: +[0-9A-Za-z*,/-]+){4,5}")
_NAMES = re.compile("[a-z]+", re.IGNORECASE)
_KNOWN = {name.lower() for name in (*calendar.month_abbr, *calendar.day_abbr)}
_WITH_SECONDS = 6
_MINUTE = 60.0


class ScheduleError(ValueError):
    """Text that is no NCRONTAB expression."""


class Schedule:
    """When a timer is due, in UTC."""

    def __init__(self, text: str) -> None:
        fields = text.split()
        self._text = " ".join(fields if len(fields) == _WITH_SECONDS else ["0", *fields])
        names = {name.lower() for name in _NAMES.findall(text)}
        if not _FIELDS.fullmatch(text.strip()) or not names <= _KNOWN:
            raise ScheduleError(f"{text!r} is no NCRONTAB expression")
        try:
            croniter.expand(self._text, second_at_beginning=True)
        except CroniterError as error:
            raise ScheduleError(f"{text!r} is no NCRONTAB expression: {error}") from error

    def after(self, moment: datetime) -> datetime:
        """The first due moment later than this one."""
        found = croniter(self._text, moment, day_or=False, second_at_beginning=True).get_next(datetime)
        return found.astimezone(moment.tzinfo)

    def is_frequent(self, moment: datetime) -> bool:
        """Whether it is due more often than once a minute: such timers are not monitored."""
        due = self.after(moment)
        return (self.after(due) - due).total_seconds() < _MINUTE
