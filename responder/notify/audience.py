"""Whether a receiver of results wants to be told of an incident. Pure."""

from typing import Any

from responder.ids import VaultId, same
from responder.incident import Incident
from responder.notify.target import Target

BUILT_IN_SEVERITY = "Sev1"
"""Severity of the built-in alert *Backup Failure*, and so of incidents that no alert told of.

Source: Microsoft Learn, "Azure Monitor alerts for Azure Backup", alert severity of backup failures.
"""

_ANY = "*"


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
