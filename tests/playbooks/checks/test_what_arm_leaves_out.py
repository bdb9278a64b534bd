"""Facts that Azure leaves out: no check may make a verdict of them."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from playbooks.checks import run
from responder.azure.model import (
    Agent,
    AttachedDisk,
    Availability,
    Disk,
    Extension,
    Machine,
    Policy,
    ProtectedItem,
    Vault,
)
from responder.incident import Verdict
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, case, cause
from tests.playbooks.conftest import MakeLab

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
BARE = Machine(id=VM, location="")
DISK = f"{VM}-disk"
WITH_DISK = replace(BARE, disks=[AttachedDisk(name="d", id=DISK)])
ENCRYPTED = Disk(id=DISK, name="d", encrypted=True)
READY = Agent(version="2.7.1.0", display="Ready")


@pytest.mark.parametrize(
    "check, facts, expected",
    [
        ("power-state", {"machine": BARE}, CANNOT_TELL),
        ("vm-state", {"machine": BARE}, CANNOT_TELL),
        ("vm-agent", {"machine": BARE}, CANNOT_TELL),
        ("vm-agent", {"machine": replace(BARE, power="running", agent=Agent(version="2.7.1.0"))}, CONFIRMED),
        ("vm-agent", {"machine": replace(BARE, power="running", agent=READY)}, RULED_OUT),
        ("shut-down-inside", {"machine": BARE}, CANNOT_TELL),
        ("no-fabric-address", {"machine": replace(BARE, power="running", agent=READY)}, CANNOT_TELL),
        ("outbound-network", {"machine": replace(BARE, power="running")}, CANNOT_TELL),
        ("backup-extension", {"extensions": []}, CANNOT_TELL),
        (
            "backup-extension",
            {"extensions": [Extension(id=VM, name="VMSnapshot", publisher="Microsoft.Azure.RecoveryServices")]},
            CANNOT_TELL,
        ),
        ("other-extensions", {"extensions": [Extension(id=VM, name="odd")]}, RULED_OUT),
        ("disk-size", {"machine": BARE}, CANNOT_TELL),
        ("disk-size", {"machine": WITH_DISK, f"disk {DISK.lower()}": ENCRYPTED}, CANNOT_TELL),
        ("disk-state", {"machine": WITH_DISK, f"disk {DISK.lower()}": ENCRYPTED}, CANNOT_TELL),
        ("disk-state", {"machine": BARE}, CANNOT_TELL),
        ("unmanaged-disks", {"machine": BARE}, CANNOT_TELL),
        ("key-vault", {"machine": WITH_DISK, f"disk {DISK.lower()}": ENCRYPTED}, CANNOT_TELL),
        (
            "vault-location",
            {"machine": BARE, "vault": Vault(id="/subscriptions/v", location="westeurope")},
            CANNOT_TELL,
        ),
        ("protection-state", {"item": ProtectedItem(id="/subscriptions/i")}, CANNOT_TELL),
        ("protection-state", {"item": ProtectedItem(id="/subscriptions/i", protection_state="IRPending")}, RULED_OUT),
        ("long-jobs", {"jobs": []}, CANNOT_TELL),
        ("repeated-failure", {"jobs": []}, CANNOT_TELL),
        ("last-good-backup", {"jobs": [], "recovery points": []}, CONFIRMED),
        ("activity", {"activity": [], "machine": BARE}, RULED_OUT),
    ],
)
def test_it_is_not_guessed(lab: MakeLab, check: str, facts: dict[str, Any], expected: Verdict) -> None:
    at_hand = case(lab())
    for name, fact in facts.items():
        at_hand.know(name, fact)
    assert run(at_hand, cause(check)).finding.verdict is expected


@pytest.mark.parametrize("later, expected", [(0, RULED_OUT), (1, CANNOT_TELL)])
def test_health_that_came_back_after_the_job_began_leaves_open_what_was_before(
    lab: MakeLab, later: float, expected: Verdict
) -> None:
    at_hand = case(lab())
    began = at_hand.failed_job().started_at
    assert began is not None
    at_hand.know("availability", Availability(state="Available", at=began + timedelta(minutes=later)))
    assert run(at_hand, cause("platform-health")).finding.verdict is expected


def test_a_policy_without_a_type_cannot_be_told(lab: MakeLab) -> None:
    at_hand = case(lab(), policy=Policy(id="/subscriptions/p"))
    assert run(at_hand, cause("policy-type")).finding.verdict is CANNOT_TELL


def test_a_vm_without_metrics_cannot_be_judged(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    at_hand = case(lab())
    monkeypatch.setattr(at_hand.gateway, "metrics", lambda *_: {})
    assert run(at_hand, cause("vm-load")).finding.verdict is CANNOT_TELL


CHECKS_OF_RIGHTS = {
    "activity": "Microsoft.Insights/eventtypes/values/read",
    "platform-health": "Microsoft.ResourceHealth/availabilityStatuses/read",
    "vm-load": "Microsoft.Insights/metrics/read",
    "locks-on-path": "Microsoft.Authorization/locks/read",
    "outbound-network": "Microsoft.Network/networkInterfaces/effectiveRouteTable/action",
    "vm-agent": "Microsoft.Compute/virtualMachines/read",
}


@pytest.mark.parametrize("check", CHECKS_OF_RIGHTS)
def test_a_missing_right_is_named(lab: MakeLab, check: str) -> None:
    right = CHECKS_OF_RIGHTS[check]
    at_hand = case(lab(rbac={"deny": [right]}))
    looked = run(at_hand, cause(check))
    assert looked.finding.verdict is CANNOT_TELL
    assert right.lower() in looked.finding.summary.lower()
