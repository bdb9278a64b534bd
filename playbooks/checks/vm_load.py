"""Whether the VM was under heavy load while the failed job ran."""

from datetime import timedelta

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import jobs, options
from playbooks.facts.times import stamp
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say

_CPU = "Percentage CPU"
_DISK = (
    "OS Disk IOPS Consumed Percentage",
    "Data Disk IOPS Consumed Percentage",
    "OS Disk Bandwidth Consumed Percentage",
    "Data Disk Bandwidth Consumed Percentage",
)
_HIGH = 90  # per cent
_LEAST = timedelta(minutes=10)  # a span that holds at least one point of five minutes


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if a maximum was above ``using.cpu`` or ``using.disk`` per cent (90 each) while the job ran.

    Source: Troubleshoot backup failures on Azure virtual machines, high CPU or memory delays the snapshot; Azure
    Monitor supported metrics of Microsoft.Compute/virtualMachines.
    """
    since = jobs.started(case)
    until = max(case.subject.failed_at, since + _LEAST)
    limits = {_CPU: options.number(cause, "cpu", _HIGH)} | dict.fromkeys(_DISK, options.number(cause, "disk", _HIGH))
    found = case.gateway.metrics(case.subject.vm_id, list(limits), since, until)
    source = f"{case.subject.vm_id}/providers/Microsoft.Insights/metrics"
    evidence = [
        Evidence(what=say("{metric}, maximum", metric=name), value=value, source=source)
        for name, value in found.items()
    ]
    span = say("between {since} and {until}", since=stamp(since), until=stamp(until))
    if not found:
        return cannot_tell(say("Azure Monitor holds no metrics of the VM {span}.", span=span), evidence)
    high = {name: value for name, value in found.items() if value > limits.get(name, _HIGH)}
    told = ", ".join(f"{name} {value:g} %" for name, value in (high or found).items())
    yes = say("Heavy load {span}: {metrics}.", span=span, metrics=told)
    return judged(high, yes, say("No heavy load {span}: {metrics}.", span=span, metrics=told), evidence)
