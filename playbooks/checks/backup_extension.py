"""Whether the backup extension, VMSnapshot or VMSnapshotLinux, is in a bad state."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import extensions, options
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.incident import Evidence

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
        text = "The VM's extensions do not show the backup extension: it is installed at the first backup."
        source = f"{case.subject.vm_id}/extensions"
        return cannot_tell(text, [Evidence(what="extensions", value=[entry.name for entry in every], source=source)])
    states = options.words(cause, "states", _STATES)
    bad = [entry for entry in mine if options.among(entry.state, states)]
    evidence = [extensions.shown(entry) for entry in bad or mine]
    if bad:
        return confirmed(f"The backup extension {extensions.words(bad[0])}.", evidence)
    if all(options.among(entry.state, ["Succeeded"]) for entry in mine):
        return ruled_out(f"The backup extension {extensions.words(mine[0])}.", evidence)
    return cannot_tell(
        f"The backup extension {extensions.words(mine[0])}, which is not one of {', '.join(states)}.", evidence
    )
