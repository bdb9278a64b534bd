"""Retry policies of functions, which the host honours for timers only.

Source: Microsoft Learn, "Azure Functions error handling and retries".
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any


def delays_of(policy: Mapping[str, Any] | None) -> Iterator[float]:
    """Seconds to wait before each retry; ends after the last one, never for a count of -1."""
    if policy is None:
        return
    count = int(policy["max_retry_count"])
    for attempt in itertools.count() if count < 0 else range(count):
        yield _delay(policy, attempt)


def _delay(policy: Mapping[str, Any], attempt: int) -> float:
    if policy["strategy"] == "fixed_delay":
        return _seconds(policy["delay_interval"])
    most = _seconds(policy["maximum_interval"])
    return float(min(most, _seconds(policy["minimum_interval"]) * 2 ** min(attempt, 60)))


def _seconds(text: str) -> float:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return float(hours * 3600 + minutes * 60 + seconds)
