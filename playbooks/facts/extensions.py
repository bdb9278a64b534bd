"""Which extension of a VM is that of Azure Backup.

Source: Microsoft Learn, "Troubleshoot Azure Backup failure: Issues with the agent or extension", backup extension.
"""

from responder.azure.model import Extension
from responder.incident import Evidence
from responder.language import say

PUBLISHER = "microsoft.azure.recoveryservices"
_TYPES = {"vmsnapshot", "vmsnapshotlinux"}


def is_backup_extension(extension: Extension) -> bool:
    """Whether an extension is VMSnapshot or VMSnapshotLinux. Site Recovery's have a publisher of their own."""
    kind = (extension.type or extension.name).lower()
    return (extension.publisher or "").lower() == PUBLISHER and kind in _TYPES


def shown(extension: Extension) -> Evidence:
    """An extension as evidence."""
    value = {
        "publisher": extension.publisher,
        "type": extension.type,
        "version": extension.version,
        "provisioningState": extension.state,
        "messages": extension.messages,
    }
    return Evidence(what=say("extension {name}", name=extension.name), value=value, source=extension.id)


def words(extension: Extension) -> str:
    """Name, state and first message of an extension for a sentence."""
    said = next((message for message in extension.messages if message), None)
    state = extension.state or say("in an unknown state")
    return say("{name} is {state}", name=extension.name, state=state) + (f" ({said.rstrip('.')})" if said else "")
