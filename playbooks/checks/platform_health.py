"""Whether Azure itself reports a problem of the platform below the VM."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import jobs, options
from playbooks.facts.times import rfc3339, stamp
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.model import Availability
from responder.incident import Evidence

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
    told = f"{seen.title or seen.state} since {stamp(seen.at)}"
    if options.among(seen.state, ["Unavailable", "Degraded"]):
        if any(word in (seen.cause or "").lower() for word in _BY_PEOPLE):
            return ruled_out(f"Resource Health names a customer's action, not the platform: {told}.", evidence)
        return confirmed(f"Resource Health says that the VM is {seen.state}: {told}.", evidence)
    if options.among(seen.state, ["Available"]):
        return _available(case, seen, evidence)
    return cannot_tell(f"Resource Health does not know the state of the VM ({seen.state}).", evidence)


def _available(case: Case, seen: Availability, evidence: list[Evidence]) -> Seen:
    if seen.at is None or seen.at <= jobs.started(case):
        return ruled_out("Resource Health knows of no platform problem of the VM.", evidence)
    text = f"The VM is available since {stamp(seen.at)}, after the failed job began; what was before is not shown."
    return cannot_tell(text, evidence)
