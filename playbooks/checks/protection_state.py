"""Whether the VM is not actively protected any more."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.times import rfc3339
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.errors import NotFound
from responder.incident import Evidence
from responder.language import say

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
        gone = Evidence(what=say("protected item"), value=missing.message, source=source)
        return confirmed(say("The vault holds no protected item of this VM any more."), [gone])
    value = {
        "protectionState": item.protection_state,
        "softDeleted": item.soft_deleted,
        "lastBackupStatus": item.last_status,
        "lastBackupTime": rfc3339(item.last_backup_at),
    }
    evidence = [Evidence(what=say("protected item"), value=value, source=source)]
    if item.soft_deleted:
        text = say("The protected item is soft-deleted; its backups are kept for a while, no new ones are made.")
        return confirmed(text, evidence)
    return _judged(item.protection_state, evidence)


def _judged(state: str | None, evidence: list[Evidence]) -> Seen:
    if options.among(state, _STOPPED):
        return confirmed(say("Protection of the VM is not active: {state}.", state=state), evidence)
    if options.among(state, _ACTIVE):
        return ruled_out(say("The VM is protected ({state}).", state=state), evidence)
    return cannot_tell(say("What protection state {state} means for backups is not known.", state=state), evidence)
