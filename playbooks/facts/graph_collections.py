"""A question to Azure Resource Graph for the restore point collections of one VM.

Source: recorded rows of Azure Resource Graph: ``properties.source.id`` of a collection is the VM's ARM id. Its data is
some minutes old: whoever acts reads each collection again by its id.
"""

from responder.azure.graph import quoted


def of_machine(vm_id: str) -> str:
    """KQL for the ids of the collections whose source is a VM."""
    kind = "type =~ 'microsoft.compute/restorepointcollections'"
    return f"resources | where {kind} | where tostring(properties.source.id) =~ {quoted(vm_id)} | project id"
