"""The frame of every alert in the common alert schema; what it is about differs by monitoring service.

Source: Azure Monitor, "Common alert schema".
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from responder.dig import dig, moment, rows, text, texts
from responder.intake.claims import vault_of

_SEVERITY = re.compile(r"sev[0-4]", re.IGNORECASE)


class Alert(NamedTuple):
    """One alert; ``payload`` is all of it."""

    essentials: Any
    context: Any
    payload: Any

    def word(self, name: str) -> str:
        """One of the essentials in lower case; empty if it is missing."""
        return (text(self.essentials, name) or "").lower()

    @property
    def is_resolved(self) -> bool:
        """Whether the alert tells that it is over."""
        return self.word("monitorCondition") == "resolved"

    @property
    def id(self) -> str | None:
        """The ARM id of the alert."""
        return text(self.essentials, "alertId")

    @property
    def severity(self) -> str | None:
        """``Sev0`` (critical) to ``Sev4`` (verbose); None if it says something else."""
        told = text(self.essentials, "severity") or ""
        return told.title() if _SEVERITY.fullmatch(told) else None

    @property
    def fired_at(self) -> datetime | None:
        """When it fired."""
        return moment(self.essentials, "firedDateTime")

    def vaults(self, *known: str | None) -> tuple[str, ...]:
        """The vaults that the alert is about; its targets count where they leave out what its context names."""
        told = tuple(name for name in known if name)
        targets = (*texts(self.essentials, "alertTargetIDs"), *texts(self.essentials, "configurationItems"))
        known_vaults, target_vaults = _vaults(told), _vaults(targets)
        return told if known_vaults & target_vaults else (*told, *targets)


def alert_of(candidate: object) -> Alert | None:
    """The alert, also without the outermost object, which some senders leave out."""
    for data in (dig(candidate, "data"), candidate):
        essentials = dig(data, "essentials")
        if isinstance(essentials, Mapping):
            return Alert(essentials, dig(data, "alertContext"), candidate)
    return None


def conditions(alert: Alert) -> list[Any]:
    """The conditions that were met, of a metric or of a log search."""
    return rows(alert.context, "condition", "allOf")


def window(alert: Alert) -> tuple[datetime | None, datetime | None]:
    """From when until when was looked."""
    condition = dig(alert.context, "condition")
    return moment(condition, "windowStartTime"), moment(condition, "windowEndTime")


def dimensions(condition: object) -> Iterator[tuple[str, Any]]:
    """Names and values by which a condition is split."""
    for entry in rows(condition, "dimensions"):
        if name := text(entry, "name"):
            yield name, dig(entry, "value")


def _vaults(ids: tuple[str, ...]) -> set[str]:
    return {str(vault).lower() for name in ids if (vault := vault_of(name))}
