"""How long a server asks to wait. Source: RFC 9110, section 10.2.3, Retry-After."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_LONGEST_DIGITS = 9


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for; a date counts from the server's own ``Date``. None if there is none.

    Two clocks never meet here, so that a wrong one on this side does no harm.
    """
    value = (headers.get("Retry-After") or "").strip()
    if re.fullmatch(rf"[0-9]{{1,{_LONGEST_DIGITS}}}(\.[0-9]+)?", value):
        return float(value)
    return _until(value, headers.get("Date") or "")


def _until(moment: str, sent: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(moment) - parsedate_to_datetime(sent)).total_seconds())
    except (ValueError, TypeError):  # no date, or one with a zone and one without
        return None
