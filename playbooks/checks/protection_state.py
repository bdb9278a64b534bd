"""Whether the VM is not actively protected any more."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.times import rfc3339
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.errors import NotFound
from responder.incident import Evidence

_STOPPED = ["ProtectionStopped", "ProtectionPaused", "BackupsSuspended"]
_ACTIVE = ["Protected", "IRPending", "ProtectionError"]


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if protection was stopped, paused or suspended, or the item is soft-deleted or gone.

    Source: Azure REST API reference, "Protected Items - Get", ProtectionState; Troubleshoot Azure Backup failure:
    Issues with the agent or extension, "UserErrorBcmDatasourceNotPresent".
    """
    source = str(case.subject.item)
    try:
        item = case.item()
    except NotFound as missing:
        gone = Evidence(what="protected item", value=missing.message, source=source)
        return confirmed("The vault holds no protected item of this VM any more.", [gone])
    value = {
        "protectionState": item.protection_state,
        "softDeleted": item.soft_deleted,
        "lastBackupStatus": item.last_status,
        "lastBackupTime": rfc3339(item.last_backup_at),
    }
    evidence = [Evidence(what="protected item", value=value, source=source)]
    if item.soft_deleted:
        return confirmed(
            "The protected item is soft-deleted; its backups are kept for a while, no new ones are made.", evidence
        )
    if options.among(item.protection_state, _STOPPED):
        return confirmed(f"Protection of the VM is not active: {item.protection_state}.", evidence)
    if options.among(item.protection_state, _ACTIVE):
        return ruled_out(f"The VM is protected ({item.protection_state}).", evidence)
    return cannot_tell(f"What protection state {item.protection_state} means for backups is not known.", evidence)
