"""Whether a backup job of this VM runs in another vault."""

from typing import Any

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import graph_jobs
from playbooks.facts.verdicts import judged
from playbooks.model import Cause
from responder.dig import text
from responder.ids import VaultId, same
from responder.incident import Evidence
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if Resource Graph knows a job of the VM that is in progress outside of the item's vault.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension,
    "UserErrorBackupOperationInProgress", a VM that was protected by another vault. Jobs stay 14 days in the graph.
    """
    rows = case.gateway.query(case.subject.vm.subscription, graph_jobs.running(case.subject.item))
    others = [row for row in rows if not _same_vault(case, row)]
    vaults = sorted({_vault(row) or say("an unknown vault") for row in others})
    evidence = [_evidence(row) for row in others] or [
        Evidence(
            what=say("running jobs of the VM in other vaults"), value=0, source="/providers/Microsoft.ResourceGraph"
        )
    ]
    return judged(
        others,
        say("A backup job of this VM is in progress in another vault: {vaults}.", vaults=", ".join(vaults)),
        say("No backup job of this VM runs in another vault of the subscription."),
        evidence,
    )


def _same_vault(case: Case, row: dict[str, Any]) -> bool:
    return same(_vault(row), str(case.subject.item.vault))


def _vault(row: dict[str, Any]) -> str:
    return str(VaultId.parse(text(row, "id") or "") or "")


def _evidence(row: dict[str, Any]) -> Evidence:
    value = {"status": text(row, "properties", "status"), "startTime": text(row, "properties", "startTime")}
    return Evidence(what=say("backup job in another vault"), value=value, source=text(row, "id") or "")
