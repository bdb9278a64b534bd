"""Whether Azure itself reports a problem of the platform below the VM."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import jobs, options
from playbooks.facts.times import rfc3339, stamp
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.model import Availability
from responder.incident import Evidence
from responder.language import say

_BY_PEOPLE = ("user", "customer")


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if Resource Health says Unavailable or Degraded for a reason that is not the customer's.

    Available since before the job: ruled out. Available only since later: cannot tell, for health shows the present.
    Source: Microsoft Learn, "Azure Resource Health overview", health status.
    """
    seen = case.availability()
    source = f"{case.subject.vm_id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current"
    value = {"state": seen.state, "title": seen.title, "summary": seen.summary, "reason": seen.cause}
    evidence = [Evidence(what="Resource Health", value=value | {"since": rfc3339(seen.at)}, source=source)]
    told = say("{state} since {moment}", state=seen.title or seen.state, moment=stamp(seen.at))
    if options.among(seen.state, ["Unavailable", "Degraded"]):
        if any(word in (seen.cause or "").lower() for word in _BY_PEOPLE):
            text = say("Resource Health names a customer's action, not the platform: {told}.", told=told)
            return ruled_out(text, evidence)
        text = say("Resource Health says that the VM is {state}: {told}.", state=seen.state, told=told)
        return confirmed(text, evidence)
    if options.among(seen.state, ["Available"]):
        return _available(case, seen, evidence)
    return cannot_tell(say("Resource Health does not know the state of the VM ({state}).", state=seen.state), evidence)


def _available(case: Case, seen: Availability, evidence: list[Evidence]) -> Seen:
    if seen.at is None or seen.at <= jobs.started(case):
        return ruled_out(say("Resource Health knows of no platform problem of the VM."), evidence)
    text = say(
        "The VM is available since {moment}, after the failed job began; what was before is not shown.",
        moment=stamp(seen.at),
    )
    return cannot_tell(text, evidence)
