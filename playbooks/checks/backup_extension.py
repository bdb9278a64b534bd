"""Whether the backup extension, VMSnapshot or VMSnapshotLinux, is in a bad state."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import extensions, options
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say

_STATES = ("Failed", "Canceled", "Deleting", "Unavailable")


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if its provisioning state is one of ``using.states`` (Failed, Canceled, Deleting, Unavailable).

    Missing: cannot tell, for the first backup installs it, and lists do not always show it.
    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, "The backup extension fails to
    update or load".
    """
    every = case.extensions()
    mine = [entry for entry in every if extensions.is_backup_extension(entry)]
    if not mine:
        text = say("The VM's extensions do not show the backup extension: it is installed at the first backup.")
        source = f"{case.subject.vm_id}/extensions"
        names = [entry.name for entry in every]
        return cannot_tell(text, [Evidence(what=say("extensions"), value=names, source=source)])
    states = options.words(cause, "states", _STATES)
    bad = [entry for entry in mine if options.among(entry.state, states)]
    evidence = [extensions.shown(entry) for entry in bad or mine]
    if bad:
        return confirmed(say("The backup extension {state}.", state=extensions.words(bad[0])), evidence)
    if all(options.among(entry.state, ["Succeeded"]) for entry in mine):
        return ruled_out(say("The backup extension {state}.", state=extensions.words(mine[0])), evidence)
    text = say(
        "The backup extension {state}, which is not one of {states}.",
        state=extensions.words(mine[0]),
        states=", ".join(states),
    )
    return cannot_tell(text, evidence)
