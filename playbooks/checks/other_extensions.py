"""Whether an extension that is not the backup's own has failed or hangs."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import extensions
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if the provisioning state of any other extension is not Succeeded.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, step 3, "Check the health of VM
    extensions": all of them must be in the provisioning succeeded state.
    """
    others = [entry for entry in case.extensions() if not extensions.is_backup_extension(entry)]
    bad = [entry for entry in others if entry.state and entry.state.lower() != "succeeded"]
    if bad:
        told = "; ".join(extensions.words(entry) for entry in bad)
        text = say("Other extensions of the VM are not in order: {extensions}.", extensions=told)
        return confirmed(text, [extensions.shown(entry) for entry in bad])
    value = {entry.name: entry.state for entry in others}
    evidence = [Evidence(what=say("other extensions"), value=value, source=f"{case.subject.vm_id}/extensions")]
    text = say("Other extensions of the VM: {count}; none of them failed or hangs.", count=len(others))
    return ruled_out(text, evidence)
