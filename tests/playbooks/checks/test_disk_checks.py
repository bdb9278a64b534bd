"""Checks of disks, and of the other resources that a backup needs."""

from typing import Any

import pytest

from responder.incident import Verdict
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, look, verdict
from tests.playbooks.conftest import MakeLab


def data(**disk: Any) -> dict[str, Any]:
    return {"disks": [{"name": "data-01", **disk}]}


@pytest.mark.parametrize(
    "check, vm, using, expected",
    [
        ("disk-size", data(size_gb=32767), {}, RULED_OUT),
        ("disk-size", data(size_gb=32768), {}, CONFIRMED),
        ("disk-size", data(size_gb=32768) | {"unmanaged": True}, {}, CONFIRMED),
        ("disk-size", data(size_gb=32768), {"encrypted": True}, RULED_OUT),
        ("disk-size", data(size_gb=4096, encrypted=True), {"encrypted": True}, CONFIRMED),
        ("disk-size", data(size_gb=4095, encrypted=True), {"encrypted": True}, RULED_OUT),
        ("disk-size", data(size_gb=4096), {"encrypted": True}, RULED_OUT),
        ("disk-size", data(exists=False), {}, CANNOT_TELL),
        ("shared-disk", data(), {}, RULED_OUT),
        ("shared-disk", data(shares=2), {}, CONFIRMED),
        ("unmanaged-disks", {}, {}, RULED_OUT),
        ("unmanaged-disks", {"unmanaged": True}, {}, CONFIRMED),
        ("disk-state", data(), {}, RULED_OUT),
        ("disk-state", data(state="ActiveSAS"), {}, CONFIRMED),
        ("disk-state", data(state="ActiveSAS"), {"states": ["Unattached"]}, RULED_OUT),
        ("needed-resources", data(), {}, RULED_OUT),
        ("needed-resources", data(exists=False), {}, CONFIRMED),
        ("needed-resources", {"exists": False}, {}, CONFIRMED),
    ],
)
def test_disks(lab: MakeLab, check: str, vm: dict[str, Any], using: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(vm=vm), check, **using) is expected


def test_a_large_disk_is_named_with_its_size_and_the_limit(lab: MakeLab) -> None:
    found = look(lab(vm=data(size_gb=40000)), "disk-size")
    assert found.summary == "Above the limit of 32767 GB for a disk: data-01 (40000 GB)."
    assert [entry.value for entry in found.evidence] == [127, 40000]


def test_the_limit_is_a_setting(lab: MakeLab) -> None:
    assert verdict(lab(vm=data(size_gb=5000)), "disk-size", {"disk_limit_gb": 4095}) is CONFIRMED


def test_a_key_vault_of_the_encryption_is_needed(lab: MakeLab) -> None:
    found = look(lab(vm={"os_disk_encrypted": True}, key_vault={"exists": False}), "needed-resources")
    assert found.verdict is CONFIRMED
    assert found.evidence[0].source.endswith("/vaults/kv-disks-weu-01")


class TestWhereTheVmIs:
    @pytest.mark.parametrize(
        "vm, expected, said",
        [
            ({}, RULED_OUT, "is there"),
            ({"exists": False}, CONFIRMED, "none of that name is in the subscription"),
            ({"exists": False, "moved_to": "rg-new-weu"}, CONFIRMED, "/resourceGroups/rg-new-weu/"),
        ],
    )
    def test_it_is_looked_for(self, lab: MakeLab, vm: dict[str, Any], expected: Verdict, said: str) -> None:
        found = look(lab(vm=vm), "vm-exists")
        assert (found.verdict, said in found.summary) == (expected, True), found.summary

    def test_that_it_is_gone_is_known_without_the_right_to_search(self, lab: MakeLab) -> None:
        here = lab(vm={"exists": False}, rbac={"deny": ["Microsoft.ResourceGraph/resources/read"]})
        found = look(here, "vm-exists")
        assert found.verdict is CONFIRMED
        assert "could not be looked up" in found.summary

    @pytest.mark.parametrize(
        "vm, expected",
        [
            ({}, RULED_OUT),
            ({"exists": False}, RULED_OUT),
            ({"exists": False, "group_exists": False}, CONFIRMED),
        ],
    )
    def test_its_group_is_looked_for(self, lab: MakeLab, vm: dict[str, Any], expected: Verdict) -> None:
        assert verdict(lab(vm=vm), "resource-group-exists") is expected

    @pytest.mark.parametrize(
        "world, expected",
        [
            ({}, RULED_OUT),
            ({"vault_location": "northeurope"}, CONFIRMED),
            ({"vault_location": "West Europe"}, RULED_OUT),
            ({"vm": {"exists": False}}, CANNOT_TELL),
        ],
    )
    def test_its_region_is_compared(self, lab: MakeLab, world: dict[str, Any], expected: Verdict) -> None:
        assert verdict(lab(**world), "vault-location") is expected
