"""Cases that need no playbook: the VM of the failed job, as its vault names it."""

from collections.abc import Callable
from typing import Any

from playbooks.case import Case, Subject
from playbooks.fixes import Applied, Change, Progress, fix
from responder.azure.gateway import Gateway
from responder.ids import ItemId, VaultId
from sandbox.arm.machine_state import Machine
from tests.playbooks.conftest import Lab


def case(lab: Lab, **changes: Any) -> Case:
    """Fresh facts about the VM of the failed job."""
    gateway, failure = Gateway(lab.settings, changing=True), lab.failure
    vault = VaultId.parse(failure.vault_id or "")
    assert vault is not None
    assert failure.job_id is not None
    job = gateway.job(vault, failure.job_id)
    item = ItemId.of_job_container(vault, job.item_container or "")
    found = gateway.protected_item(item)
    known: dict[str, Any] = {
        "item": item,
        "vm_id": found.vm_id,
        "data_id": found.data_id,
        "failed_job": job.id,
        "failed_at": job.ended_at,
    }
    return Case(gateway, lab.settings, Subject(**(known | changes)), lab.clock.now())


def only(lab: Lab, name: str, **changes: Any) -> Change:
    """The one change that a fix plans, with nothing against it."""
    (change,) = fix(name).plan(case(lab, **changes)).changes
    assert change.refused is None
    return change


def reasons(lab: Lab, name: str, **changes: Any) -> list[str]:
    """Why a plan is refused."""
    return [why.reason for why in fix(name).plan(case(lab, **changes)).refusals]


def machine(lab: Lab) -> Machine:
    """The VM in the simulator."""
    return lab.cloud.world.subject.machine


def ask_of(lab: Lab) -> list[tuple[str, str]]:
    """What was changed: method and last word of the path."""
    return [(entry["method"], entry["path"].rpartition("/")[2]) for entry in lab.cloud.mutations]


def refused(lab: Lab, name: str, change: Change, spoil: Callable[[], object], **changes: Any) -> str:
    """Why an apply is refused after something has changed since the plan; nothing may have been changed by it."""
    spoil()
    applied: Applied = fix(name).apply(case(lab, **changes), change)
    assert applied.progress is Progress.REFUSED
    assert lab.cloud.mutations == []
    return (applied.reason or "").partition(": ")[0]
