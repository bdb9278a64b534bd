"""What a person means by a VM, a protected item or a job: the item that protects the VM, and the newest failed jobs.

Sources: Microsoft Learn, "Query your backups using Azure Resource Graph" (the columns of protected items and jobs; jobs
are kept for up to 14 days); Azure REST API reference, "Backup Jobs - List". A vault protects VMs of its own
subscription only: "Support matrix for Azure VM backups", supported backup actions.
"""

from itertools import islice
from typing import Any

from responder.azure.calls import body
from responder.azure.graph import Graph, quoted
from responder.azure.jobs import job_of, job_of_graph
from responder.azure.model import Job
from responder.azure.translate import translated
from responder.dig import text
from responder.errors import Forbidden, Rejected
from responder.ids import ItemId, ResourceId

_TYPE = "recoveryservicesresources | where type =~ 'microsoft.recoveryservices/vaults"
_SOURCES = ("sourceResourceId", "virtualMachineId", "dataSourceInfo.resourceID")
_MOST = 50  # failed jobs of one item that anybody looks through
_LISTED = 1000  # rows of a vault's own list: five pages, each one read of 150 an hour
_FAILED = "operation eq 'Backup' and backupManagementType eq 'AzureIaasVM' and status eq 'Failed'"


class Finding(Graph):
    """Looks for what a person names. Every method raises `ArmError`s."""

    def items_of(self, vm: ResourceId) -> list[ItemId]:
        """The protected items of a VM; one for each vault that protects it."""
        named = " or ".join(f"tostring(properties.{source}) =~ {quoted(str(vm))}" for source in _SOURCES)
        kql = f"{_TYPE}/backupfabrics/protectioncontainers/protecteditems' | where {named} | project id"
        found = (ItemId.parse(text(row, "id") or "") for row in self.query(vm.subscription, kql))
        return [item for item in found if item and item.is_virtual_machine]

    def failed_jobs_of(self, item: ItemId) -> list[Job]:
        """The failed backup jobs of an item, newest first.

        From Resource Graph; from the vault's own list where the graph is not allowed or knows of none, because it is
        some minutes behind and leaves out what the app's identity may not read.
        """
        try:
            found = [job_of_graph(row) for row in self.query(item.vault.subscription, _failed_jobs(item))]
        except (Forbidden, Rejected):
            found = []
        found = found or self._listed(item)
        return sorted(found, key=lambda job: job.started_at.timestamp() if job.started_at else 0.0, reverse=True)

    @translated
    def _listed(self, item: ItemId) -> list[Job]:
        client: Any = self._clients.backup(item.vault.subscription)
        rows = islice(client.backup_jobs.list(item.vault.name, item.vault.group, filter=_FAILED), _LISTED)
        return [job for job in (job_of(body(row)) for row in rows) if _is_of(item, job)]


def _failed_jobs(item: ItemId) -> str:
    bare = item.item.partition(";")[2]
    names = ", ".join(quoted(name) for name in dict.fromkeys([item.container, f"IaasVMContainer;{bare}", bare]))
    return (
        f"{_TYPE}/backupjobs' | where id startswith {quoted(f'{item.vault}/')}"
        f" | where tostring(properties.containerName) in~ ({names})"
        " | where tostring(properties.operation) =~ 'Backup' and tostring(properties.status) =~ 'Failed'"
        f" | order by todatetime(properties.startTime) desc, id asc | take {_MOST} | project id, name, properties"
    )


def _is_of(item: ItemId, job: Job) -> bool:
    return ItemId.of_job_container(item.vault, job.item_container or "").item.lower() == item.item.lower()
