"""Whether the VM carries an extension of a certain publisher, for example Site Recovery."""

from fnmatch import fnmatchcase

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import extensions, options
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if a publisher matches ``using.publisher``: a name, a list of names, or shell patterns."""
    wanted = [pattern.lower() for pattern in options.words(cause, "publisher")]
    every = case.extensions()
    found = [one for one in every if any(fnmatchcase((one.publisher or "").lower(), pattern) for pattern in wanted)]
    if found:
        names = ", ".join(say("{name} of {publisher}", name=one.name, publisher=one.publisher) for one in found)
        text = say("The VM has the extension {names}.", names=names)
        return confirmed(text, [extensions.shown(one) for one in found])
    publishers = sorted({one.publisher or "" for one in every})
    evidence = [Evidence(what=say("publishers"), value=publishers, source=f"{case.subject.vm_id}/extensions")]
    names = say(" or ").join(options.words(cause, "publisher"))
    return ruled_out(say("The VM has no extension of {publishers}.", publishers=names), evidence)
