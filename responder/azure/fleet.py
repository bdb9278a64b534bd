"""Questions about all vaults at once: failed jobs, protected VMs, policies; from Resource Graph or vault by vault.

Rows come as Azure wrote them. Sources: Microsoft Learn, "Query your backups using Azure Resource Graph" (jobs are kept
for up to 14 days); Azure REST API reference, "Backup Jobs - List", "Backup Protected Items - List", "Vaults - List By
Subscription Id". Nothing of this was asked of a live subscription; the names of the columns are those that Microsoft's
published queries and workbooks use.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from responder.azure import places
from responder.azure.calls import body
from responder.azure.graph import Graph, GraphPage, quoted
from responder.azure.translate import translated
from responder.dig import rows, text
from responder.ids import VaultId

PAGE = 200
"""Failed jobs in a page: so many incidents are opened in one go."""

_TYPE = "microsoft.recoveryservices/vaults"
_TABLE = "recoveryservicesresources"
_VM = "backupManagementType eq 'AzureIaasVM'"
_LONGEST_JOB = timedelta(days=3)  # the filter of the job list speaks of when jobs started
_NAMES = 100  # names in one query


class Fleet(Graph):
    """What is known of many VMs at once. Every method raises `ArmError`s."""

    def graph_failed_jobs(self, subscriptions: Sequence[str], since: datetime, token: str | None) -> GraphPage:
        """Failed backup jobs of VMs that ended at a moment or later, the oldest end first."""
        kql = (
            f"{_rows('backupjobs')} | where tostring(properties.operation) =~ 'Backup'"
            " | where tostring(properties.status) =~ 'Failed'"
            f" | where todatetime(properties.endTime) >= todatetime({_at(since)})"
            " | order by todatetime(properties.endTime) asc, id asc | project id, name, type, properties"
        )
        return self.query_page(subscriptions, kql, token, PAGE)

    def graph_items(self, subscriptions: Sequence[str]) -> list[dict[str, Any]]:
        """All protected VMs."""
        kind = "backupfabrics/protectioncontainers/protecteditems"
        return self.query_all(subscriptions, f"{_rows(kind)} | order by id asc | project id, name, type, properties")

    def graph_policies(self, subscriptions: Sequence[str]) -> list[dict[str, Any]]:
        """All backup policies of VMs."""
        return self.query_all(
            subscriptions, f"{_rows('backuppolicies')} | order by id asc | project id, name, type, properties"
        )

    def graph_unfinished(self, subscriptions: Sequence[str], names: list[str], since: datetime) -> list[dict[str, Any]]:
        """Jobs of containers of these names that started since and failed, or are not over yet."""
        found: list[dict[str, Any]] = []
        for first in range(0, len(names), _NAMES):
            some = ", ".join(map(quoted, names[first : first + _NAMES]))
            kql = (
                f"{_rows('backupjobs')} | where tostring(properties.containerName) in~ ({some})"
                " | where tostring(properties.status) in~ ('Failed', 'InProgress')"
                f" | where todatetime(properties.startTime) >= todatetime({_at(since)})"
                " | order by id asc | project id, name, type, properties"
            )
            found += self.query_all(subscriptions, kql)
        return found

    @translated
    def vaults(self, subscription: str) -> list[VaultId]:
        """The Recovery Services vaults of a subscription."""
        path = places.path("subscriptions", subscription, "providers", "Microsoft.RecoveryServices", "vaults")
        found = (VaultId.parse(text(row, "id") or "") for row in self._pages(subscription, path, places.VAULT_API))
        return [vault for vault in found if vault]

    @translated
    def listed_jobs(self, vault: VaultId, status: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Backup jobs of VMs in a state that may have ended since. A page has 200; each is one read of 150 an hour."""
        client = self._clients.backup(vault.subscription)
        first, last = _listed(since - _LONGEST_JOB), _listed(until + timedelta(seconds=1))
        wanted = f"operation eq 'Backup' and {_VM} and status eq '{places.segment(status)}'"
        wanted += f" and startTime eq '{first}' and endTime eq '{last}'"
        return [_plain(body(row)) for row in client.backup_jobs.list(vault.name, vault.group, filter=wanted)]

    @translated
    def listed_items(self, vault: VaultId) -> list[dict[str, Any]]:
        """The protected VMs of a vault."""
        client = self._clients.backup(vault.subscription)
        return [_plain(body(row)) for row in client.backup_protected_items.list(vault.name, vault.group, filter=_VM)]


def _plain(value: Any) -> Any:
    """The JSON in an SDK model, as objects and lists of Python."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {name: _plain(member) for name, member in members.items()}
    return [_plain(entry) for entry in rows(value)] if isinstance(value, list) else value


def _rows(kind: str) -> str:
    """The rows of a type that are about VMs."""
    ours = "tostring(properties.backupManagementType) =~ 'AzureIaasVM'"
    return f"{_TABLE} | where type =~ '{_TYPE}/{kind}' | where {ours}"


def _at(moment: datetime) -> str:
    return quoted(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _listed(moment: datetime) -> str:
    """A time as the job list's filter has it. Source: "Backup Jobs - List", ``yyyy-MM-dd hh:mm:ss tt``, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %I:%M:%S %p")
