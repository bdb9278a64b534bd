"""What the governor has counted, as OpenMetrics text.

Source: OpenMetrics 1.0, "Text format": counters end in ``_total``, a document ends with ``# EOF``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def text(governor: Mapping[str, Any]) -> str:
    """The metrics of a governor's state, as its entity stores it."""
    return "\n".join([*_gauges(governor), *_counters(governor), "# EOF", ""])


def _gauges(governor: Mapping[str, Any]) -> Iterator[str]:
    shown = {
        "responder_paused": ("Whether the switch stops all changes.", int(bool(governor.get("pausedAt")))),
        "responder_incidents_open": ("Incidents that are being worked on.", len(governor.get("open", {}))),
        "responder_changes_in_an_hour": ("Changes that count for the hourly cap.", len(governor.get("changes", []))),
    }
    for name, (about, value) in shown.items():
        yield from (f"# TYPE {name} gauge", f"# HELP {name} {about}", f"{name} {value}")


def _counters(governor: Mapping[str, Any]) -> Iterator[str]:
    counted = {
        "responder_incidents_ended": ("outcome", "ended", "Incidents that have ended."),
        "responder_incident_reasons": ("reason", "reasons", "Incidents that have ended with a named reason."),
        "responder_refusals": ("reason", "refusals", "Incidents that an entity refused something, also for a while."),
    }
    for name, (label, field, about) in counted.items():
        yield from (f"# TYPE {name} counter", f"# HELP {name} {about}")
        for value, count in sorted(governor.get(field, {}).items()):
            yield f'{name}_total{{{label}="{_escaped(value)}"}} {count}'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
