"""A receiver of results: its format, and what it wants to be told.

State, logs and answers call it by its name; its address is a secret.
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from responder.ids import VaultId, same
from responder.incident import Incident, Outcome

WEBHOOK = "webhook"
"""Name of the target that ``RESPONDER_WEBHOOK_URL`` describes."""

BUILT_IN_SEVERITY = "Sev1"
"""Severity of the built-in alert *Backup Failure*, and so of incidents that no alert told of.

Source: Microsoft Learn, "Azure Monitor alerts for Azure Backup", alert severity of backup failures.
"""

_ANY = "*"


class Format(StrEnum):
    """What a target understands."""

    JSON = "json"
    TEAMS = "teams"
    EVENT_GRID = "event-grid"


class DigestRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fold a storm: after so many single results within so many minutes the others come in one message."""

    after: int = 5
    minutes: int = 30


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver of results, with its filter; an empty part of the filter takes everything.

    Attributes:
        url: may hold a credential, and shows itself as ``***``; so does ``secret``, the key that signs a message.
        outcomes, severities, vaults, subscriptions: it wants incidents with one of these.
        tags: it wants VMs with all of these; ``*`` is any value.
        approvals: whether it also gets the requests for a decision.
    """

    name: str
    kind: Format
    url: str
    secret: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    severities: tuple[str, ...] = ()
    vaults: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}
    approvals: bool = True
    digest: DigestRule | None = None

    @property
    def address(self) -> str:
        """What tells one address from another one without holding it."""
        return sha256(self.url.encode()).hexdigest()[:32]


def wants(target: Target, incident: Incident, *, approval: bool = False) -> bool:
    """Whether a target is told of an incident: of its end, or of its request for a decision, which has no outcome."""
    fits = target.approvals if approval else _among(target.outcomes, incident.outcome)
    return fits and _place(target, incident) and _tags(target, incident)


def _place(target: Target, incident: Incident) -> bool:
    vault = VaultId.parse(incident.vault or "")
    severity = incident.failure.severity or BUILT_IN_SEVERITY
    return (
        _among(target.severities, severity)
        and _among(target.subscriptions, vault.subscription if vault else None)
        and (not target.vaults or any(_is_vault(vault, wanted) for wanted in target.vaults))
    )


def _among(wanted: tuple[Any, ...], value: str | None) -> bool:
    return not wanted or (value is not None and value.lower() in {str(entry).lower() for entry in wanted})


def _is_vault(vault: VaultId | None, wanted: str) -> bool:
    """By its whole id, or by its name."""
    return vault is not None and same(str(vault) if "/" in wanted else vault.name, wanted)


def _tags(target: Target, incident: Incident) -> bool:
    """Names of tags have no case, their values do. Source: Azure Resource Manager, "Use tags", limitations."""
    known = {name.lower(): value for name, value in incident.tags.items()}
    wanted = {name.lower(): value for name, value in target.tags.items()}
    return all(name in known and value in (_ANY, known[name]) for name, value in wanted.items())
