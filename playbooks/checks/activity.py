"""Whether the activity log tells of certain operations or errors around the failed job."""

from fnmatch import fnmatchcase

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.times import rfc3339, stamp
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.model import ActivityEvent
from responder.ids import ResourceId, same, within
from responder.incident import Evidence
from responder.language import say

_SHOWN = 10
_KNOWN_KINDS = {
    "microsoft.compute/virtualmachines",
    "microsoft.compute/disks",
    "microsoft.compute/restorepointcollections",
    "microsoft.recoveryservices/vaults",
}
_AUTHORIZATION = "/providers/Microsoft.Authorization"  # locks and policies of a group are changed below it


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if an entry matches: ``using.operations`` (shell patterns), ``using.codes``, ``using.outcome``.

    Entries count from a day before the failure, about the VM, its disks, its restore point collections, their groups
    themselves, and the vault with the VM's item, jobs and policy. An entry about a resource of another kind, such as
    a storage account, is shown, but whether the VM needs it cannot be told. If none matches, a change by a person is
    ruled out; calls that failed are not, for Azure Backup's own calls need not be in the log.
    Source: Azure REST API reference, "Activity Logs - List".
    """
    owned, alone = _places(case)
    matching = [event for event in case.activity() if _matches(event, cause)]
    found = [event for event in matching if _about(event, owned, alone)]
    source = f"/subscriptions/{case.subject.vm.subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    if found:
        return confirmed(say("The activity log tells: {entry}.", entry=_told(found[0])), _evidence(found, source))
    foreign = [event for event in matching if _is_of_another_kind(event)]
    if foreign:
        text = say(
            "The activity log tells: {entry}; whether the VM needs that resource it does not show.",
            entry=_told(foreign[0]),
        )
        return cannot_tell(text, _evidence(foreign, source))
    looked = Evidence(what=say("matching entries of the activity log"), value=0, source=source)
    if cause.using.get("codes") or cause.using.get("outcome") == "Failed":
        text = say("The activity log tells of no such failure; calls that Azure Backup makes itself need not be in it.")
        return cannot_tell(text, [looked])
    return ruled_out(say("The activity log tells of no such change since a day before the failure."), [looked])


def _matches(event: ActivityEvent, cause: Cause) -> bool:
    patterns, codes = options.words(cause, "operations"), options.words(cause, "codes")
    outcome = cause.using.get("outcome")
    return (
        (not patterns or any(fnmatchcase(event.operation.lower(), pattern.lower()) for pattern in patterns))
        and (not codes or options.among(event.code, codes))
        and (not outcome or options.among(event.status, [str(outcome)]))
    )


def _about(event: ActivityEvent, owned: list[str], alone: list[str]) -> bool:
    where = event.resource_id or ""
    itself = any(same(place, where) or within(f"{place}{_AUTHORIZATION}", where) for place in alone)
    return itself or any(within(place, where) for place in owned)


def _places(case: Case) -> tuple[list[str], list[str]]:
    """Ids of the resources that the failure is about, with all below them; ids that count alone, with their locks."""
    machine = case.machine_if_there()
    disks = [disk.id for disk in machine.disks if disk.id] if machine else []
    collections = [entry.id for entry in case.collections()]
    homes = [parsed.group_id for name in collections if (parsed := ResourceId.parse(name))]
    owned = [case.subject.vm_id, *_in_vault(case), *disks, *collections]
    return owned, [str(case.subject.item.vault), case.subject.vm.group_id, *homes]


def _in_vault(case: Case) -> list[str]:
    """What of the vault is about this VM: its item, its jobs and its policy, not those of other VMs."""
    jobs = [job.vault_job_id for job in case.jobs()] + [case.path(f"backupJobs/{case.subject.failed_job}")]
    policy = [case.subject.policy.id] if case.subject.policy else []
    return [str(case.subject.item), *jobs, *policy]


def _is_of_another_kind(event: ActivityEvent) -> bool:
    """Whether an entry is about a kind of resource, or a part of one, of which is not known which the VM needs."""
    home, _, path = (event.resource_id or "").lower().partition("/providers/")
    kind = "/".join(path.split("/")[:2])
    return "/resourcegroups/" in home and bool(kind) and kind not in _KNOWN_KINDS


def _told(event: ActivityEvent) -> str:
    code = f" ({event.code})" if event.code and event.status == "Failed" else ""
    return say(
        "{operation} {status}{code} at {moment} by {caller}",
        operation=event.operation,
        status=event.status,
        code=code,
        moment=stamp(event.at),
        caller=event.caller or say("an unknown caller"),
    )


def _evidence(events: list[ActivityEvent], source: str) -> list[Evidence]:
    return [_entry(event, source) for event in events[:_SHOWN]]


def _entry(event: ActivityEvent, source: str) -> Evidence:
    value = {
        "at": rfc3339(event.at),
        "operation": event.operation,
        "status": event.status,
        "code": event.code,
        "message": event.message,
        "caller": event.caller,
        "resource": event.resource_id,
    }
    return Evidence(what=say("entry of the activity log"), value=value, source=source)
