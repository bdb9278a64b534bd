"""Questions to Azure Resource Graph about backup jobs: of one VM in every vault of the subscription, or by their ids.

Source: Azure Backup, "Query your backups using Azure Resource Graph"; jobs stay 14 days in the graph. Only the graph
tells of a VM's job whether a person asked for it.
"""

from datetime import datetime

from playbooks.facts.times import rfc3339
from responder.azure.graph import quoted
from responder.ids import ItemId, VaultId

_JOBS = "recoveryservicesresources | where type =~ 'microsoft.recoveryservices/vaults/backupjobs'"


def running(item: ItemId) -> str:
    """KQL for the jobs in progress of a VM."""
    return _question(item, "tostring(properties.status) =~ 'InProgress'")


def since(item: ItemId, moment: datetime) -> str:
    """KQL for the jobs of a VM that started at a moment or later."""
    return _question(item, f"todatetime(properties.startTime) >= todatetime({quoted(rfc3339(moment) or '')})")


def failed(vault: VaultId, moment: datetime) -> str:
    """KQL for the failed VM backups of a vault that started at a moment or later."""
    return (
        f"{_JOBS} | where id startswith {quoted(f'{vault}/')}"
        " | where tostring(properties.operation) =~ 'Backup' and tostring(properties.status) =~ 'Failed'"
        f" | where todatetime(properties.startTime) >= todatetime({quoted(rfc3339(moment) or '')})"
        " | project id, name, properties"
    )


def of_ids(ids: list[str]) -> str:
    """KQL for the jobs of these ids, in whatever vault."""
    return f"{_JOBS} | where name in~ ({', '.join(map(quoted, ids))}) | project id, name, properties"


def _question(item: ItemId, condition: str) -> str:
    """The VM's container has one name in every vault: with the prefix of containers in the graph, without in a job."""
    bare = item.item.partition(";")[2]
    names = ", ".join(quoted(name) for name in dict.fromkeys([item.container, f"IaasVMContainer;{bare}", bare]))
    mine = f"tostring(properties.containerName) in~ ({names})"
    return f"{_JOBS} | where {mine} | where {condition} | project id, name, properties"
