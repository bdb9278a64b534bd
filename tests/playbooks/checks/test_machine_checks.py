"""Checks of the VM itself: its agent, power, state, extensions, network address."""

from typing import Any

import pytest

from responder.incident import Verdict
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, look, verdict
from tests.playbooks.conftest import MakeLab

NO_AGENT = {"agent": {"state": "not-ready"}}


@pytest.mark.parametrize(
    "vm, using, expected, said",
    [
        ({}, {}, RULED_OUT, "is Ready"),
        ({}, {"minimum": "2.6.1198.718"}, RULED_OUT, "is Ready"),
        ({}, {"minimum": "2.7.41491.1150"}, CONFIRMED, "older than 2.7.41491.1150"),
        ({"os": "linux"}, {}, RULED_OUT, "2.9.1.1 is Ready"),
        (NO_AGENT, {}, CONFIRMED, "is Not Ready; The VM agent reports no version"),
        ({"agent": {"state": "absent"}}, {}, CONFIRMED, "shows no VM agent"),
        ({"agent": {"state": "waiting-for-network"}}, {}, CONFIRMED, "trouble with its network"),
        ({"agent": {"silent_hours": 5.2}}, {}, CONFIRMED, "has not reported since 2026-10-05 19:48 UTC (5.2 h)"),
        ({"agent": {"silent_hours": 1.5}}, {"late": 120}, RULED_OUT, "is Ready"),
        ({"power": "deallocated"}, {}, CANNOT_TELL, "The VM is deallocated"),
        (NO_AGENT | {"power": "stopped"}, {}, CANNOT_TELL, "The VM is stopped"),
    ],
)
def test_the_agent(lab: MakeLab, vm: dict[str, Any], using: dict[str, Any], expected: Verdict, said: str) -> None:
    found = look(lab(vm=vm), "vm-agent", **using)
    assert (found.verdict, said in found.summary) == (expected, True), found.summary
    assert found.evidence[0].value == vm.get("power", "running")


def test_the_evidence_about_an_agent_holds_its_words_and_times(lab: MakeLab) -> None:
    found = look(lab(vm={"agent": {"state": "not-ready", "silent_hours": 2}}), "vm-agent")
    agent = found.evidence[1]
    assert agent.source.endswith("/virtualMachines/vm-app-01/instanceView")
    assert agent.value == {
        "version": "Unknown",
        "displayStatus": "Not Ready",
        "message": "VM status blob is found but not yet populated.",
        "reportedAt": "2026-10-05T23:00:00Z",
        "ageHours": 2.0,
    }


@pytest.mark.parametrize(
    "vm, expected",
    [
        ({}, RULED_OUT),
        ({"agent": {"version": "2.6.1198.717"}}, CONFIRMED),
        ({"agent": {"version": "2.10.0"}}, RULED_OUT),
        (NO_AGENT, CANNOT_TELL),
        ({"agent": {"state": "absent"}}, CANNOT_TELL),
        ({"power": "deallocated", "agent": {"version": "2.6.1"}}, CANNOT_TELL),
    ],
)
def test_the_version_of_the_agent_alone(lab: MakeLab, vm: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(vm=vm), "agent-version", minimum="2.6.1198.718") is expected


@pytest.mark.parametrize(
    "check, vm, using, expected",
    [
        ("power-state", {}, {"states": ["stopped"]}, RULED_OUT),
        ("power-state", {"power": "stopped"}, {"states": ["Stopped", "deallocated"]}, CONFIRMED),
        ("power-state", {"power": "starting"}, {}, CONFIRMED),
        ("shut-down-inside", {"power": "stopped"}, {}, CONFIRMED),
        ("shut-down-inside", {"power": "deallocated"}, {}, RULED_OUT),
        ("shut-down-inside", {}, {}, RULED_OUT),
        ("shut-down-inside", NO_AGENT, {}, CANNOT_TELL),
        ("shut-down-inside", {"agent": {"silent_hours": 2}}, {}, CANNOT_TELL),
        ("shut-down-inside", {"power": "starting"}, {}, CANNOT_TELL),
        ("no-fabric-address", {}, {}, CANNOT_TELL),
        ("no-fabric-address", NO_AGENT | {"address": "Static"}, {}, CANNOT_TELL),
        ("no-fabric-address", {"agent": {"state": "waiting-for-network"}, "address": "Static"}, {}, CONFIRMED),
        ("no-fabric-address", {"power": "deallocated"}, {}, CANNOT_TELL),
        ("vm-state", {}, {"states": ["Failed"]}, RULED_OUT),
        ("vm-state", {"state": "Failed"}, {"states": ["failed"]}, CONFIRMED),
        ("vm-state", {"state": "Failed"}, {}, CONFIRMED),
        ("vm-state", {"state": "Updating"}, {"states": ["Updating", "Creating"]}, CONFIRMED),
        ("backup-extension", {}, {}, RULED_OUT),
        ("backup-extension", {"backup_extension": {"state": "Failed"}}, {}, CONFIRMED),
        ("backup-extension", {"backup_extension": {"state": "Deleting"}}, {"states": ["Deleting"]}, CONFIRMED),
        ("backup-extension", {"backup_extension": {"state": "Updating"}}, {}, CANNOT_TELL),
        ("backup-extension", {"backup_extension": {"present": False}}, {}, CANNOT_TELL),
        ("backup-extension", {"os": "linux", "backup_extension": {"state": "Failed"}}, {}, CONFIRMED),
        ("other-extensions", {"backup_extension": {"state": "Failed"}}, {}, RULED_OUT),
        ("other-extensions", {"extensions": [{"name": "setup", "state": "Failed"}]}, {}, CONFIRMED),
        ("other-extensions", {"extensions": [{"name": "setup", "state": "Updating"}]}, {}, CONFIRMED),
        (
            "extension-present",
            {"extensions": [{"name": "x", "publisher": "Contoso.Backup"}]},
            {"publisher": ["Microsoft.Azure.RecoveryServices.SiteRecovery*", "Contoso.Other"]},
            RULED_OUT,
        ),
    ],
)
def test_states(lab: MakeLab, check: str, vm: dict[str, Any], using: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(vm=vm), check, **using) is expected


def test_site_recovery_is_no_backup_extension_and_is_found_by_its_publisher(lab: MakeLab) -> None:
    own = {"name": "SiteRecovery", "publisher": "Microsoft.Azure.RecoveryServices.SiteRecovery", "state": "Failed"}
    here = lab(vm={"extensions": [own]})
    publisher = "microsoft.azure.recoveryservices.siterecovery"
    assert verdict(here, "extension-present", publisher=publisher) is CONFIRMED
    assert verdict(here, "backup-extension") is RULED_OUT
    assert verdict(here, "other-extensions") is CONFIRMED


def test_a_bad_extension_is_shown_with_its_message(lab: MakeLab) -> None:
    here = lab(vm={"backup_extension": {"state": "Failed", "message": "IaaSBcdrExtension.exe stopped"}})
    found = look(here, "backup-extension")
    assert "IaaSBcdrExtension.exe stopped" in found.summary
    assert "IaaSBcdrExtension.exe stopped" in found.evidence[0].value["messages"]


def test_a_static_address_is_told_with_the_agents_trouble(lab: MakeLab) -> None:
    found = look(lab(vm={"agent": {"state": "waiting-for-network"}, "address": "Static"}), "no-fabric-address")
    assert "The address of the network interface is static in Azure." in found.summary
    assert found.evidence[-1].value == [{"address": "10.20.4.5", "allocation": "Static"}]


@pytest.mark.parametrize("check", ["vm-agent", "power-state", "vm-state", "backup-extension", "no-fabric-address"])
def test_nothing_is_told_of_a_vm_that_is_gone(lab: MakeLab, check: str) -> None:
    assert verdict(lab(vm={"exists": False}), check) is CANNOT_TELL


class TestInsideTheGuest:
    signs = ("COM+", "FailedRetryableFsFreeze")

    def test_a_message_of_the_extension_proves_it(self, lab: MakeLab) -> None:
        said = "Snapshot failed: StatusCode.FailedRetryableFsFreezeTimeout"
        found = look(lab(vm={"backup_extension": {"message": said}}), "inside-the-guest", signs=self.signs)
        assert found.verdict is CONFIRMED
        assert found.evidence[0].value == said
        assert found.evidence[0].source.endswith("/extensions/VMSnapshot")

    @pytest.mark.parametrize(
        "job",
        [
            {"errors": [{"number": 400001, "text": "a com+ Error happened"}]},
            {"errors": [{"number": 400001, "recommendations": ["Start COM+ again"]}]},
            {"details": {"inner": "VMRestorePointClientError: COM+ error"}},
        ],
    )
    def test_a_word_of_the_job_proves_it(self, lab: MakeLab, job: dict[str, Any]) -> None:
        found = look(lab(failed_job=job, vm={"exists": False}), "inside-the-guest", signs=self.signs)
        assert found.verdict is CONFIRMED
        assert "/backupJobs/" in found.evidence[0].source

    def test_silence_proves_nothing(self, lab: MakeLab) -> None:
        here = lab()
        assert verdict(here, "inside-the-guest", signs=self.signs) is CANNOT_TELL
        assert verdict(here, "inside-the-guest") is CANNOT_TELL
