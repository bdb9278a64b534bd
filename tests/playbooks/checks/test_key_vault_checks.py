"""The key vault of an encrypted VM: gone, shut, or without the rights of Azure Backup."""

from typing import Any

import pytest

from playbooks.facts import key_vaults
from responder.azure.model import AccessPolicy, Disk, EncryptionKey, KeyVault, RoleDefinition
from responder.incident import Verdict
from sandbox.arm.spec import KeyVaultSpec
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, look, verdict
from tests.playbooks.conftest import MakeLab

SERVICE = KeyVaultSpec().service_object_id
KNOWN = {"backup_service_object_id": SERVICE}
BEK: dict[str, Any] = {"os_disk_encrypted": True}
KEK: dict[str, Any] = {"os_disk_encrypted": True, "os_disk_key": True}
ROLES = {"model": "rbac"}


@pytest.mark.parametrize(
    "problem, vm, vault, expected, said",
    [
        ("policy", BEK, {}, RULED_OUT, "give Azure Backup every right"),
        ("policy", BEK, {"secrets": ["get"]}, CONFIRMED, "missing in kv-disks-weu-01: secrets list."),
        ("policy", BEK, {"keys": [], "secrets": []}, CONFIRMED, "secrets get, secrets list."),
        ("policy", BEK, {"keys": []}, RULED_OUT, "every right"),
        ("policy", KEK, {"keys": ["get"]}, CONFIRMED, "keys list, keys backup."),
        ("policy", KEK, {"keys": ["all"], "secrets": ["All"]}, RULED_OUT, "every right"),
        ("policy", BEK, ROLES, RULED_OUT, "does not work with access policies"),
        ("policy", BEK, {"exists": False}, CANNOT_TELL, "is not there"),
        ("role", BEK, {}, RULED_OUT, "does not work with roles"),
        ("role", KEK, ROLES, CONFIRMED, "Microsoft.KeyVault/vaults/keys/read"),
        ("role", KEK, ROLES | {"role": "Key Vault Administrator"}, RULED_OUT, "every right"),
        ("role", KEK, ROLES | {"role": "custom"}, RULED_OUT, "every right"),
        (
            "role",
            BEK,
            ROLES | {"role": "Key Vault Secrets User"},
            CONFIRMED,
            "missing in kv-disks-weu-01: Microsoft.KeyVault/vaults/secrets/backup/action.",
        ),
        ("gone", BEK, {}, RULED_OUT, "are there"),
        ("gone", BEK, {"exists": False}, CONFIRMED, "kv-disks-weu-01 is deleted or moved"),
        ("gone", BEK, {"soft_deleted": True}, CONFIRMED, "soft-deleted in westeurope and can be recovered"),
        ("firewall", BEK, {}, RULED_OUT, "lets Azure Backup in"),
        ("firewall", BEK, {"firewall": True}, CONFIRMED, "denies by default"),
        ("firewall", BEK, {"exists": False}, CANNOT_TELL, "is not there"),
        ("young", BEK, {}, CONFIRMED, "has every right"),
        ("young", KEK, ROLES | {"role": "custom"}, CONFIRMED, "has every right"),
        ("young", KEK, {"keys": ["get"]}, RULED_OUT, "Rights are missing"),
        ("young", KEK, {"exists": False}, CANNOT_TELL, "is not there"),
    ],
)
def test_the_key_vault(
    lab: MakeLab, problem: str, vm: dict[str, Any], vault: dict[str, Any], expected: Verdict, said: str
) -> None:
    found = look(lab(vm=vm, key_vault=vault), "key-vault", KNOWN, problem=problem)
    assert (found.verdict, said in found.summary) == (expected, True), found.summary


@pytest.mark.parametrize("problem", ["policy", "role", "gone", "firewall", "young"])
def test_without_encryption_no_key_vault_is_needed(lab: MakeLab, problem: str) -> None:
    assert verdict(lab(key_vault={"exists": False}), "key-vault", problem=problem) is RULED_OUT


@pytest.mark.parametrize("problem", ["policy", "young"])
def test_without_the_object_id_rights_cannot_be_told_and_the_setting_is_named(lab: MakeLab, problem: str) -> None:
    found = look(lab(vm=BEK, key_vault={"keys": [], "secrets": []}), "key-vault", problem=problem)
    assert found.verdict is CANNOT_TELL
    assert "RESPONDER_BACKUP_SERVICE_OBJECT_ID" in found.summary


def test_without_the_object_id_a_vault_that_is_gone_is_still_seen(lab: MakeLab) -> None:
    assert verdict(lab(vm=BEK, key_vault={"exists": False}), "key-vault", problem="gone") is CONFIRMED


def test_the_evidence_names_the_vault_and_the_missing_rights(lab: MakeLab) -> None:
    found = look(lab(vm=KEK, key_vault={"keys": ["get"]}), "key-vault", KNOWN, problem="policy")
    (entry,) = found.evidence
    assert entry.source.endswith("/providers/Microsoft.KeyVault/vaults/kv-disks-weu-01")
    assert entry.value == {"authorisesByRoles": False, "objectId": SERVICE, "missing": ["keys list", "keys backup"]}


def disk(*keys: tuple[str, str]) -> Disk:
    return Disk(
        id="/d", name="d", encrypted=True, keys=[EncryptionKey(kind=kind, vault_id=name) for kind, name in keys]
    )


def test_one_vault_under_two_spellings_is_one_and_its_key_is_seen() -> None:
    assert key_vaults.vaults([disk(("secret", "/V/One"), ("key", "/v/one")), disk(("secret", "/V/Two"))]) == {
        "/V/One": True,
        "/V/Two": False,
    }


def test_policies_of_one_object_add_up_and_those_of_others_do_not_count() -> None:
    policies = [
        AccessPolicy(object_id="ME", secrets=["get"]),
        AccessPolicy(object_id="me", secrets=["list"]),
        AccessPolicy(object_id="you", keys=["all"], secrets=["all"]),
    ]
    vault = KeyVault(id="/v", name="v", policies=policies)
    assert key_vaults.missing_policy(vault, "me", keys=False) == []
    assert key_vaults.missing_policy(vault, "me", keys=True) == ["keys get", "keys list", "keys backup"]


def role(*actions: str, without: tuple[str, ...] = ()) -> RoleDefinition:
    return RoleDefinition(id="/r", name="r", data_actions=list(actions), not_data_actions=list(without))


def test_wildcards_of_a_role_give_and_take() -> None:
    keys = "Microsoft.KeyVault/vaults/keys/read"
    assert key_vaults.missing_role([role("*")], keys=True) == []
    assert key_vaults.missing_role([role("microsoft.keyvault/VAULTS/*", without=("*/keys/read",))], keys=True) == [keys]
    assert key_vaults.missing_role([role("*", without=("*/keys/read",)), role(keys)], keys=True) == []
    assert len(key_vaults.missing_role([], keys=False)) == 3
