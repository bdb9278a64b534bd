"""Two fields of one payload that contradict each other about vault, job or VM: nobody guesses."""

import copy
from typing import Any

import pytest

from responder.intake import failures
from tests.responder.alerts import ITEM, JOB, NAMES, VAULT, VM, event_grid, sql_alert, vm_alert
from tests.responder.intake import shapes
from tests.responder.intake.shapes import OTHER_JOB, OTHER_VAULT, OTHER_VM

OTHER_ITEM = ITEM.replace("vm-app-01", "vm-app-02")
DATABASE = sql_alert()["data"]["alertContext"]["protectedItemId"]
OTHER_UNIQUE_ID = shapes.UNIQUE_ID.replace("vm-app-01", "vm-app-02")


def _alert(part: str, **members: object) -> dict[str, Any]:
    alert = vm_alert()
    alert["data"][part] |= members
    return alert


def _metric(name: str, value: str) -> dict[str, Any]:
    alert = shapes.metric()
    for dimension in alert["data"]["alertContext"]["condition"]["allOf"][0]["dimensions"]:
        if dimension["name"] == name:
            dimension["value"] = value
    return alert


CONTRADICTIONS: dict[str, tuple[object, str]] = {
    "target": (_alert("essentials", alertTargetIDs=[OTHER_VAULT]), "ContradictoryVault"),
    "item's vault": (_alert("alertContext", protectedItemId=ITEM.replace("weu-01", "weu-02")), "ContradictoryVault"),
    "item's VM": (_alert("alertContext", protectedItemId=OTHER_ITEM), "ContradictoryItem"),
    "item's container": (
        _alert("alertContext", protectedItemId=ITEM.replace("VM;iaasvmcontainerv2;rg-app-prod-weu;vm-app-01", "VM;x")),
        "ContradictoryItem",
    ),
    "cut item": (_alert("alertContext", protectedItemId=ITEM[:-1]), "ContradictoryItem"),
    "linked VM": (_alert("alertContext", linkedResourceId=OTHER_VM), "ContradictoryItem"),
    "source": (_alert("alertContext", sourceId=OTHER_VM), "ContradictoryItem"),
    "other group": (_alert("alertContext", sourceId=VM.replace("rg-app", "rg-db")), "ContradictoryItem"),
    "dimension": (
        shapes.log_v2({"ResourceId": VAULT, "VaultId": OTHER_VAULT, "JobUniqueId": JOB}),
        "ContradictoryVault",
    ),
    "two jobs": (shapes.log_v2({"ResourceId": VAULT, "JobUniqueId": JOB, "JobId": OTHER_JOB}), "ContradictoryJob"),
    "VM's name": (
        shapes.log_v2(
            {"ResourceId": VAULT, "JobUniqueId": JOB, "BackupItemUniqueId": shapes.UNIQUE_ID, "vm": "vm-app-02"}
        ),
        "ContradictoryItem",
    ),
    "metric's vault": (_metric("backupInstanceUrl", ITEM.replace("weu-01", "weu-02")), "ContradictoryVault"),
    "metric's item": (_metric("backupInstanceUrl", OTHER_ITEM), "ContradictoryItem"),
    "metric's VM": (_metric("dataSourceURL", OTHER_VM), "ContradictoryItem"),
    "record's vault": (shapes.record(ResourceId=OTHER_VAULT), "ContradictoryVault"),
    "record's container": (shapes.record(ProtectedContainerUniqueId=OTHER_UNIQUE_ID), "ContradictoryItem"),
    "scope": (
        shapes.activity_log(authorization={"action": "x", "scope": OTHER_VAULT}),
        "ContradictoryVault",
    ),
    "job's name": ({**shapes.job(), "name": OTHER_JOB}, "ContradictoryJob"),
    "job's id": ({**shapes.job_row(), "id": f"{OTHER_VAULT}/backupJobs/{JOB}"}, "ContradictoryVault"),
    "job's item": (shapes.job_row(backupInstanceId=OTHER_ITEM), "ContradictoryItem"),
    "job's friendly name": (shapes.job(entityFriendlyName="vm-app-02"), "ContradictoryItem"),
    "job's container": (shapes.job_row(containerName=NAMES.replace("vm-app-01", "vm-app-02")), "ContradictoryItem"),
    "projection": ({**shapes.job_projection(), "vaultId": OTHER_VAULT}, "ContradictoryVault"),
    "subject's vault": (
        [{**event_grid(vm_alert())[0], "subject": f"{OTHER_VAULT}/backupJobs/{JOB}"}],
        "ContradictoryVault",
    ),
    "subject's job": (
        [{**event_grid(vm_alert())[0], "subject": f"{VAULT}/backupJobs/{OTHER_JOB}"}],
        "ContradictoryJob",
    ),
    "other subscription": (
        _alert("alertContext", sourceId=VM.replace("6c1f7a30", "7c1f7a30")),
        "ContradictoryItem",
    ),
    "two databases": (
        shapes.job_row(backupInstanceId=DATABASE, protectedItemId=DATABASE.replace("Stock", "Sales"), containerName=""),
        "ContradictoryItem",
    ),
    "two tellings of one job": ([vm_alert(), sql_alert()], "ContradictoryItem"),
    "two VMs in one job": (
        [
            shapes.record(),
            shapes.record(BackupItemUniqueId=OTHER_UNIQUE_ID, ProtectedContainerUniqueId=OTHER_UNIQUE_ID),
        ],
        "ContradictoryItem",
    ),
}


@pytest.mark.parametrize("body,reason", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_for_a_person(body: object, reason: str) -> None:
    intake = failures(copy.deepcopy(body))
    (failure,) = intake.accepted
    assert (failure.vault_id, failure.vm_id, failure.job_id, failure.skip) == (None, None, None, reason)
    assert failure.payload is not None
    assert intake.ignored == []


@pytest.mark.parametrize(
    "body",
    [
        _alert("essentials", alertTargetIDs=[OTHER_VAULT, VAULT.upper()]),
        _alert("alertContext", protectedItemId=ITEM.upper(), linkedResourceId=VM.lower()),
        shapes.record(ResourceId=VAULT.lower(), BackupItemUniqueId=shapes.UNIQUE_ID.upper()),
        shapes.job_row(containerName=NAMES.upper(), entityFriendlyName="VM-APP-01"),
    ],
)
def test_another_case_or_a_further_target_is_no_contradiction(body: object) -> None:
    (failure,) = failures(body).accepted
    assert (failure.vault_id, failure.job_id, failure.item_id) == (VAULT.lower(), JOB.lower(), ITEM.lower())


@pytest.mark.parametrize(
    "vault",
    [
        VAULT.replace("6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11", ".."),
        VAULT.replace("rg-Backup-prod-weu", ".."),
        VAULT.replace("rsv-prod-weu-01", "rsv prod"),
        VAULT.replace("rsv-prod-weu-01", "a?x=1"),
    ],
)
def test_a_name_that_no_vault_can_have_is_no_vault(vault: str) -> None:
    (failure,) = failures(shapes.log_v2({"ResourceId": vault, "JobUniqueId": JOB})).accepted
    assert (failure.vault_id, failure.skip) == (None, "NoVault")


def test_a_name_that_no_vm_can_have_is_no_name() -> None:
    (failure,) = failures(shapes.log_v2({"ResourceId": VAULT, "JobUniqueId": JOB, "vm": "/subscriptions/"})).accepted
    assert (failure.job_id, failure.vm_name) == (JOB.lower(), None)
