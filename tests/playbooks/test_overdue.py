"""VMs without a good backup: which ones become failures, when, and how they are diagnosed."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from playbooks import overdue
from playbooks.overdue import Guarded, LookForOverdue, Overdue, due, failure, guarded_in
from playbooks.sweep import Way
from responder.azure.gateway import Gateway
from responder.azure.model import Policy
from responder.errors import Unavailable
from responder.ids import ItemId, same
from responder.incident import CodeOrigin, FailedBackup, Outcome, Verdict
from responder.intake import incident_id
from responder.settings import Settings
from tests.playbooks.conftest import START, Lab, MakeLab

NO_GRAPH = {"rbac": {"deny": ["Microsoft.ResourceGraph/resources/read"]}}
WAYS = [(Way.GRAPH, {}), (Way.LISTS, NO_GRAPH)]
VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v"
NAME = "iaasvmcontainerv2;g;vm"
ITEM = f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{NAME}/protectedItems/VM;{NAME}"


def look(here: Lab, way: Way = Way.GRAPH) -> list[FailedBackup]:
    return overdue.look(Gateway(here.settings), here.settings, LookForOverdue(now=here.clock.now(), way=way)).failures


@pytest.mark.parametrize("way, closed", WAYS)
def test_a_vm_that_nothing_backed_up_is_seen(lab: MakeLab, way: Way, closed: dict[str, Any]) -> None:
    here = lab(overdue=37, points={"count": 2, "newest_hours_ago": 37}, **closed)
    (seen,) = look(here, way)
    assert same(seen.vm_id, here.cloud.world.subject.machine.id)
    assert (seen.job_id, seen.code_hint, seen.source) == (None, "BackupOverdue", "sweep")
    assert seen.overdue_since is not None
    assert seen.not_before is not None
    assert seen.overdue_since - seen.not_before == timedelta(hours=24 + 12)
    assert seen.overdue_since <= here.clock.now()


@pytest.mark.parametrize("way, closed", WAYS)
@pytest.mark.parametrize(
    "world",
    [
        pytest.param({"overdue": 35.5, "points": {"count": 2, "newest_hours_ago": 35.5}}, id="within the grace"),
        pytest.param(
            {"failed_job": {"hours_ago": 30}, "points": {"newest_hours_ago": 49}}, id="a failed job tells why"
        ),
        pytest.param(
            {
                "overdue": 49,
                "points": {"count": 2, "newest_hours_ago": 49},
                "running_job": {"minutes_ago": 1, "ends_after_minutes": 90},
            },
            id="a job runs at last",
        ),
    ],
)
def test_a_vm_is_left_alone(lab: MakeLab, way: Way, closed: dict[str, Any], world: dict[str, Any]) -> None:
    assert look(lab(**world, **closed), way) == []


@pytest.mark.parametrize("way, closed", WAYS)
def test_a_failed_job_from_before_the_last_good_backup_explains_nothing(
    lab: MakeLab, way: Way, closed: dict[str, Any]
) -> None:
    world = {"overdue": 49, "points": {"count": 2, "newest_hours_ago": 49}}
    assert len(look(lab(**world, past_jobs=[{"hours_ago": 73, "as": "Failed"}], **closed), way)) == 1


def row(name: str = ITEM, **properties: Any) -> dict[str, Any]:
    return {
        "id": name,
        "properties": {
            "protectionState": "Protected",
            "lastRecoveryPoint": "2026-10-04T22:03:00Z",
            "lastBackupStatus": "Completed",
            "lastBackupTime": "2026-10-04T22:00:00Z",
            "virtualMachineId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm",
            **properties,
        },
    }


@pytest.mark.parametrize(
    "properties, last_good",
    [
        ({}, "2026-10-04T22:03"),
        ({"lastRecoveryPoint": None}, "2026-10-04T22:00"),
        ({"lastBackupTime": "2026-10-05T22:00:00Z"}, "2026-10-05T22:00"),
        ({"lastBackupTime": "2026-10-05T22:00:00Z", "lastBackupStatus": "CompletedWithWarnings"}, "2026-10-05T22:00"),
        ({"lastBackupTime": "2026-10-05T22:00:00Z", "lastBackupStatus": "Failed"}, "2026-10-04T22:03"),
        ({"lastRecoveryPoint": None, "lastBackupStatus": "Failed"}, None),
        ({"lastRecoveryPoint": "0001-01-01T00:00:00", "lastBackupTime": "2001-01-01T00:00:00Z"}, None),
        ({"protectionState": "ProtectionStopped"}, None),
        ({"protectionState": "IRPending"}, None),
        ({"isScheduledForDeferredDelete": True}, None),
    ],
)
def test_the_last_good_backup_of_a_protected_vm(properties: dict[str, Any], last_good: str | None) -> None:
    found = guarded_in(row(**properties))
    assert (f"{found.last_good:%Y-%m-%dT%H:%M}" if found else None) == last_good


@pytest.mark.parametrize("name", [ITEM.replace("VM;iaas", "SQLDataBase;iaas"), VAULT, ""])
def test_what_is_no_protected_vm_is_not_guarded(name: str) -> None:
    assert guarded_in(row(name)) is None


@pytest.mark.parametrize("gap, hours", [(4, 16), (24, 36), (168, 180), (None, 180)])
def test_a_backup_is_due_after_the_longest_pause_of_the_policy_and_the_grace(gap: int | None, hours: int) -> None:
    one = guarded_in(row())
    assert one is not None
    settings = cast("Settings", SimpleNamespace(overdue_hours=12))
    assert due(one, Policy(id="p", longest_gap_hours=gap), settings) - one.last_good == timedelta(hours=hours)
    assert due(one, None, settings) - one.last_good == timedelta(hours=180)


def test_a_policy_with_several_backups_a_day_is_held_to_its_own_pace(lab: MakeLab) -> None:
    world = {"points": {"count": 2, "newest_hours_ago": 17}, "policy": {"type": "V2", "every_hours": 4}}
    assert len(look(lab(overdue=17, **world))) == 1


def test_a_vault_outside_of_the_scope_is_not_looked_at(lab: MakeLab) -> None:
    here = lab(overdue=49, points={"count": 2, "newest_hours_ago": 49})
    here.settings = replace(here.settings, scope=(f"{here.settings.scope[0]}/resourceGroups/other",))
    assert look(here) == []


def test_azure_that_is_down_says_nothing_about_vms(lab: MakeLab) -> None:
    here = lab(overdue=49, faults=[{"match": "POST */providers/Microsoft.ResourceGraph/resources", "status": 503}])
    with pytest.raises(Unavailable):
        look(here)


@given(st.integers(0, 20 * 24), st.integers(0, 24 * 60))
def test_an_overdue_vm_is_one_incident_a_day(hours: int, minutes: int) -> None:
    item = ItemId.parse(ITEM)
    assert item is not None
    vm = Overdue(Guarded(item, None, START - timedelta(hours=36), None), due=START)
    first, later = START + timedelta(hours=hours), START + timedelta(hours=hours, minutes=minutes)
    days = ((later - START) // timedelta(days=1)) - ((first - START) // timedelta(days=1))
    one, other = (incident_id(failure(vm, now)) for now in (first, later))
    assert (one == other) is (days == 0)


def test_an_overdue_vm_is_diagnosed_without_a_job(lab: MakeLab) -> None:
    here = lab(overdue=49, points={"count": 2, "newest_hours_ago": 49})
    (seen,) = look(here)
    found = here.diagnosis_of(seen)
    assert found.stop is None
    assert found.playbook is not None
    assert found.job is not None
    assert (found.playbook.code, found.job.code, found.job.origin) == (
        "BackupOverdue",
        "BackupOverdue",
        CodeOrigin.OVERDUE,
    )
    assert found.recovered_by is None
    verdicts = {finding.cause: finding.verdict for finding in found.findings}
    assert verdicts["no-good-backup"] is Verdict.CONFIRMED
    assert not any("/backupJobs/" in call for call in here.cloud.counts)


def test_a_backup_that_came_after_the_look_has_cured_it(lab: MakeLab) -> None:
    here = lab(points={"count": 2, "newest_hours_ago": 49}, overdue=49, past_jobs=[{"hours_ago": 1.5}])
    gone = here.clock.now() - timedelta(hours=49)
    world = here.cloud.world
    item = ItemId.parse(
        f"{world.vault_id}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{world.subject.container}/protectedItems/VM;{world.subject.container}"
    )
    assert item is not None
    found = here.diagnosis_of(
        failure(Overdue(Guarded(item, None, gone, None), due=gone + timedelta(hours=36)), here.clock.now())
    )
    assert found.recovered_by is not None


def test_a_vault_whose_items_may_not_be_read_is_told_with_the_right(lab: MakeLab) -> None:
    right = "Microsoft.RecoveryServices/Vaults/backupProtectedItems/read"
    here = lab(overdue=49, points={"count": 2, "newest_hours_ago": 49}, rbac={"deny": [right]})
    ask = LookForOverdue(now=here.clock.now(), way=Way.LISTS)
    seen = overdue.look(Gateway(here.settings), here.settings, ask)
    assert (seen.failures, len(seen.unseen)) == ([], 1)
    assert right in seen.unseen[0]


def test_a_vm_that_is_gone_is_told_as_such(lab: MakeLab) -> None:
    here = lab(overdue=49, points={"count": 2, "newest_hours_ago": 49}, vm={"exists": False})
    (seen,) = look(here)
    found = here.diagnosis_of(seen)
    assert found.playbook is not None
    assert found.job is not None
    assert (found.playbook.code, found.job.origin) == ("UserErrorVmNotFoundV2", CodeOrigin.SITUATION)


def test_a_failure_that_says_neither_job_nor_since_when_is_not_recognised(lab: MakeLab) -> None:
    found = lab().diagnosis(job_id=None).stop
    assert found is not None
    assert found.outcome is Outcome.UNRECOGNISED


def test_the_job_that_there_is_not_started_after_the_one_that_made_the_last_good_backup() -> None:
    item = ItemId.parse(ITEM)
    assert item is not None
    good = START - timedelta(hours=40)
    told = failure(Overdue(Guarded(item, None, good, None), due=START), START)
    started = overdue.stand_in(told).started_at
    assert isinstance(started, datetime)
    assert good < started < good + timedelta(hours=4)  # the shortest pause of a policy
