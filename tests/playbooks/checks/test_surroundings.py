"""Checks of what surrounds the VM: activity log, platform health, load, locks."""

from typing import Any

import pytest

from responder.incident import Verdict
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, look, verdict
from tests.playbooks.conftest import MakeLab

DELETE = "Microsoft.Compute/restorePointCollections/delete"
LOCKED = {"operation": DELETE, "status": "Failed", "code": "ScopeLocked"}
ATTACH = {"operation": "Microsoft.Compute/virtualMachines/write", "status": "Succeeded"}
SUB = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
GROUP = f"{SUB}/resourceGroups/rg-app-prod-weu"
VAULT = f"{SUB}/resourceGroups/rg-backup-prod-weu/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
ITEMS = f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg-app-prod-weu"


class TestActivity:
    @pytest.mark.parametrize(
        "entry, using, expected",
        [
            (LOCKED, {"codes": ["scopelocked"]}, CONFIRMED),
            (LOCKED, {"codes": ["RequestDisallowedByPolicy"]}, CANNOT_TELL),
            (LOCKED, {"operations": ["microsoft.compute/restorePointCollections/*"], "outcome": "Failed"}, CONFIRMED),
            (LOCKED, {"operations": ["Microsoft.Compute/virtualMachines/*"], "outcome": "Failed"}, CANNOT_TELL),
            (ATTACH, {"operations": ["Microsoft.Compute/virtualMachines/write"], "outcome": "Succeeded"}, CONFIRMED),
            (ATTACH, {"operations": ["Microsoft.Compute/disks/*"]}, RULED_OUT),
            (ATTACH, {"operations": ["*"], "outcome": "Failed"}, CANNOT_TELL),
            (ATTACH | {"hours_ago": 40}, {"operations": ["*"]}, RULED_OUT),
        ],
    )
    def test_entries_match(self, lab: MakeLab, entry: dict[str, Any], using: dict[str, Any], expected: Verdict) -> None:
        assert verdict(lab(activity=[entry]), "activity", **using) is expected

    @pytest.mark.parametrize(
        "resource, expected",
        [
            (GROUP, CONFIRMED),
            (f"{GROUP}/providers/Microsoft.Authorization/locks/keep", CONFIRMED),
            (f"{GROUP}/providers/Microsoft.Compute/disks/vm-app-01_OsDisk", CONFIRMED),
            (f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-app-01/extensions/x", CONFIRMED),
            (f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-app-011", RULED_OUT),
            (f"{SUB}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/stdata01", CANNOT_TELL),
            (f"{SUB}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vn/subnets/s1", CANNOT_TELL),
            (f"{SUB}/resourceGroups/rg-data/providers/Microsoft.Compute/disks/other", RULED_OUT),
            (VAULT, CONFIRMED),
            (f"{VAULT}/backupPolicies/DefaultPolicy", CONFIRMED),
            (f"{VAULT}/backupPolicies/OtherPolicy", RULED_OUT),
            (f"{ITEMS};vm-app-01/protectedItems/VM;iaasvmcontainerv2;rg-app-prod-weu;vm-app-01", CONFIRMED),
            (f"{ITEMS};vm-app-011/protectedItems/VM;iaasvmcontainerv2;rg-app-prod-weu;vm-app-011", RULED_OUT),
            (f"{SUB}/resourceGroups/rg-app-prod-weu-2", RULED_OUT),
        ],
    )
    def test_only_what_is_about_the_failure_counts(self, lab: MakeLab, resource: str, expected: Verdict) -> None:
        here = lab(activity=[{"operation": "Contoso.Any/thing/write", "resource": resource}])
        assert verdict(here, "activity", operations=["contoso.any/*"]) is expected

    def test_who_did_it_and_when_is_told(self, lab: MakeLab) -> None:
        found = look(lab(activity=[LOCKED | {"caller": "ops@example.com"}]), "activity", codes=["ScopeLocked"])
        assert found.summary == (
            f"The activity log tells: {DELETE} Failed (ScopeLocked) at 2026-10-05 23:24 UTC by ops@example.com."
        )
        assert found.evidence[0].value["code"] == "ScopeLocked"

    def test_it_is_read_for_a_vm_that_is_gone(self, lab: MakeLab) -> None:
        here = lab(vm={"exists": False}, activity=[{"operation": "Microsoft.Compute/virtualMachines/delete"}])
        assert verdict(here, "activity", operations=["Microsoft.Compute/virtualMachines/delete"]) is CONFIRMED


@pytest.mark.parametrize(
    "health, expected",
    [
        ({}, RULED_OUT),
        ({"state": "Unavailable", "title": "Host down", "cause": "Unplanned"}, CONFIRMED),
        ({"state": "Degraded", "title": "Slow", "cause": "Planned"}, CONFIRMED),
        ({"state": "Unavailable", "title": "Stopped by user", "cause": "Customer Initiated"}, RULED_OUT),
        ({"state": "Unavailable", "title": "Stopped by user", "cause": "UserInitiated"}, RULED_OUT),
        ({"state": "Unknown", "title": "Unknown"}, CANNOT_TELL),
    ],
)
def test_the_health_of_the_platform(lab: MakeLab, health: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(health=health), "platform-health") is expected


@pytest.mark.parametrize(
    "load, using, expected",
    [
        ({}, {}, RULED_OUT),
        ({"cpu": 97}, {}, CONFIRMED),
        ({"cpu": 97}, {"cpu": 98}, RULED_OUT),
        ({"disk": 99}, {}, CONFIRMED),
        ({"disk": 60}, {"cpu": 90, "disk": 50}, CONFIRMED),
    ],
)
def test_the_load_of_the_vm(lab: MakeLab, load: dict[str, Any], using: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(load=load), "vm-load", **using) is expected


@pytest.mark.parametrize(
    "lock, using, expected",
    [
        ({"at": "vault"}, {}, CONFIRMED),
        ({"at": "vm-group"}, {}, CONFIRMED),
        ({"at": "subscription"}, {}, CONFIRMED),
        ({"at": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-app-01"}, {}, CONFIRMED),
        ({"at": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-app-011"}, {}, RULED_OUT),
        ({"at": "group"}, {}, RULED_OUT),
        ({"at": "vm-group"}, {"levels": ["ReadOnly"]}, RULED_OUT),
        ({"at": "vm-group", "level": "ReadOnly"}, {"levels": ["ReadOnly"]}, CONFIRMED),
    ],
)
def test_locks_on_the_path(lab: MakeLab, lock: dict[str, Any], using: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(locks=[lock]), "locks-on-path", **using) is expected
