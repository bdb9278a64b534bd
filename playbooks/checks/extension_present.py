"""Whether the VM carries an extension of a certain publisher, for example Site Recovery."""

from fnmatch import fnmatchcase

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import extensions, options
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder.incident import Evidence


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if a publisher matches ``using.publisher``: a name, a list of names, or shell patterns."""
    wanted = [pattern.lower() for pattern in options.words(cause, "publisher")]
    every = case.extensions()
    found = [one for one in every if any(fnmatchcase((one.publisher or "").lower(), pattern) for pattern in wanted)]
    if found:
        names = ", ".join(f"{one.name} of {one.publisher}" for one in found)
        return confirmed(f"The VM has the extension {names}.", [extensions.shown(one) for one in found])
    publishers = sorted({one.publisher or "" for one in every})
    evidence = [Evidence(what="publishers", value=publishers, source=f"{case.subject.vm_id}/extensions")]
    return ruled_out(f"The VM has no extension of {' or '.join(options.words(cause, 'publisher'))}.", evidence)
