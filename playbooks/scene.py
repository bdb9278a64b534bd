"""What an incident is about, as ARM tells it now: item, policy, VM, and whether there is anything to back up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from playbooks.backup import report
from playbooks.case import Case, Subject
from playbooks.loader import Library
from playbooks.resolution import Resolved, Traces, resolve
from responder import logs
from responder.azure.gateway import Gateway
from responder.azure.model import Job, Policy, ProtectedItem
from responder.errors import NotFound
from responder.ids import ItemId, ResourceId, VaultId
from responder.incident import CodeOrigin, FailedBackup
from responder.settings import Settings

NOT_PROTECTED = "UserErrorBcmDatasourceNotPresent"
VM_GONE = "UserErrorVmNotFoundV2"

_LOOKING = {VM_GONE: {"vm-exists", "resource-group-exists"}, NOT_PROTECTED: {"protection-state"}}
_UNPROTECTED = {"protectionstopped", "protectionpaused", "backupssuspended"}


class Scene(NamedTuple):
    """A case, and the playbook that is about it."""

    case: Case
    resolved: Resolved


class Desk(NamedTuple):
    """What is needed to look: the way to ARM, the settings and the time; ``frugal``: see `Case`."""

    gateway: Gateway
    settings: Settings
    now: datetime
    frugal: bool = False

    def case(self, subject: Subject) -> Case:
        """A case of this desk."""
        return Case(self.gateway, self.settings, subject, self.now, frugal=self.frugal)


def scene(desk: Desk, failure: FailedBackup, job: Job, vault: VaultId, refused_with: str | None) -> Scene | None:
    """Read item, policy and VM, and find the playbook; None if the job is not about a virtual machine.

    A VM that is gone and a protection that was stopped decide alone: nothing else can be cured before.

    Raises:
        ArmError: a read failed; the whole hop may be repeated.
        PlaybookError: the playbook cannot be used.
    """
    item_id = ItemId.of_job_container(vault, job.item_container or "")
    item = _item(desk.gateway, item_id)
    vm_id = item.vm_id if item else vm_of(vault, job)
    if not vm_id or ResourceId.parse(vm_id) is None:
        return None
    subject = Subject(
        item=item_id,
        vm_id=vm_id,
        data_id=item.data_id if item else None,
        failed_job=job.id,
        failed_at=job.ended_at or job.started_at or failure.occurred_at or desk.now,
    )
    with ThreadPoolExecutor(1) as pool:
        policy = pool.submit(logs.carried(_policy), desk.gateway, vault, item)
        machine = desk.case(subject).machine_or_missing()
        subject = subject.with_(policy=policy.result())
    library = Library(desk.settings.playbook_folder)
    traces = Traces(job=job, item=item, hint=failure.code_hint, refused_with=refused_with)
    resolved = _asked_for(library, failure.playbook) or resolve(library, traces)
    if code := _situation(item, gone=isinstance(machine, NotFound)):
        resolved = _decided(library, code, resolved)
    case = desk.case(subject.with_(failed_code=report(job).code or resolved.code))
    case.know("machine", machine)
    case.know("failed job", job)
    if item:
        case.know("item", item)
    return Scene(case, resolved)


def _asked_for(library: Library, code: str | None) -> Resolved | None:
    """The playbook that a person asked for; None if nobody did, or if it is there no more."""
    playbook = library.by_code(code) if code else None
    return Resolved(playbook, playbook.code, CodeOrigin.REQUESTED) if playbook else None


def vm_of(vault: VaultId, job: Job) -> str | None:
    """The VM that a job's container names; a vault protects VMs of its own subscription only.

    Source: Support matrix for Azure VM backup, "Supported backup actions".
    """
    _, _, rest = (job.item_container or "").partition(";")
    group, _, name = rest.partition(";")
    root = f"/subscriptions/{vault.subscription}/resourceGroups/{group}"
    return f"{root}/providers/Microsoft.Compute/virtualMachines/{name}" if group and name else None


def _situation(item: ProtectedItem | None, *, gone: bool) -> str | None:
    return VM_GONE if gone else NOT_PROTECTED if _unprotected(item) else None


def _decided(library: Library, code: str, told: Resolved) -> Resolved:
    """The playbook of the situation, unless the job's own takes no step and looks for just that."""
    looking = any(cause.blocks and cause.check in _LOOKING[code] for cause in told.playbook.causes)
    if looking and not told.playbook.runbook:
        return told
    playbook = library.by_code(code)
    return Resolved(playbook, code, CodeOrigin.SITUATION) if playbook else told


def _unprotected(item: ProtectedItem | None) -> bool:
    return item is None or item.soft_deleted or (item.protection_state or "").lower() in _UNPROTECTED


def _item(gateway: Gateway, item: ItemId) -> ProtectedItem | None:
    try:
        return gateway.protected_item(item)
    except NotFound:
        return None


def _policy(gateway: Gateway, vault: VaultId, item: ProtectedItem | None) -> Policy | None:
    try:
        return gateway.policy(vault, item.policy_id) if item and item.policy_id else None
    except NotFound:
        return None
