"""Two identities: whatever changes something is sent as the one, whatever reads as the other one."""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from responder.azure.clients import shared
from responder.azure.gateway import Gateway
from responder.azure.model import Lock
from responder.azure.rights import Rights
from responder.errors import ArmError, Forbidden, NotForChanges, Unavailable
from responder.ids import ResourceId
from responder.settings import Settings
from tests.responder.alerts import JOB, SUBSCRIPTION, VM
from tests.responder.azure.canned import CannedArm
from tests.responder.azure.conftest import hang_up, settings_for
from tests.responder.azure.test_gateway import AT, COLLECTION, GROUP, OPERATION, item, vault
from tests.sources import PRODUCT, Module, modules

READER, CHANGER = "0f9d2c41-7b36-4f8e-a1d5-93c27e600001", "5d01b7f3-88ce-4c02-b1aa-62e4f9d30002"
CHANGES = {
    *("cancel_job", "delete_collection", "delete_extension", "delete_lock", "delete_point"),
    *("put_lock", "reapply", "restart", "run_command", "start_backup"),
}
READING_POSTS = ("/effectiveNetworkSecurityGroups", "/effectiveRouteTable", "/Microsoft.ResourceGraph/resources")
METHODS = sorted(
    name
    for name, _ in inspect.getmembers(Gateway, inspect.isfunction)
    if not name.startswith("_") and name != "as_changer"
)
_LOCK = f"{GROUP}/providers/Microsoft.Authorization/locks/keep"
_NIC = VM.replace("Microsoft.Compute/virtualMachines", "Microsoft.Network/networkInterfaces")
_KEY_VAULT = VM.replace("Microsoft.Compute/virtualMachines", "Microsoft.KeyVault/vaults")
_OF_METHOD: dict[str, dict[str, object]] = {"role_assignments": {"scope": _KEY_VAULT}}
_ARGUMENTS: dict[str, object] = {
    "collection_id": COLLECTION,
    "command": "RunShellScript",
    "disk_id": VM.replace("virtualMachines", "disks"),
    "expires_at": AT,
    "group": "rg-app",
    "group_id": f"{GROUP}/providers/Microsoft.Insights/actionGroups/ag-backup",
    "item": item,
    "job_id": JOB,
    "kql": "resources",
    "location": "westeurope",
    "lock": Lock(id=_LOCK, name="keep", level="ReadOnly", scope=GROUP, raw={}),
    "lock_id": _LOCK,
    "most": 10,
    "name": "VMSnapshot",
    "names": ["vm-app-01"],
    "nic_id": _NIC,
    "operation_id": JOB,
    "point_id": f"{COLLECTION}/restorePoints/p1",
    "policy_id": f"{vault}/backupPolicies/DefaultPolicy",
    "principal_id": READER,
    "role_id": f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{READER}",
    "scope": GROUP,
    "script": ["true"],
    "since": AT,
    "status": "Failed",
    "subscription": SUBSCRIPTION,
    "subscriptions": [SUBSCRIPTION],
    "token": None,
    "until": AT,
    "vault": vault,
    "vault_id": _KEY_VAULT,
    "vm": ResourceId.parse(VM),
    "vm_id": VM,
}


@pytest.fixture(scope="module")
def split(running_arm: CannedArm, ca_file: Path) -> Iterator[Settings]:
    """One for all tests: to hang up takes longer than a test."""
    app = settings_for(running_arm.url, ca_file, RESPONDER_CLIENT_ID=READER, RESPONDER_REMEDIATE_CLIENT_ID=CHANGER)
    yield app
    hang_up(app)


def call(gateway: Gateway, name: str, arm: CannedArm) -> None:
    method = cast("Callable[..., object]", getattr(gateway, name))
    wanted = inspect.signature(method).parameters
    known = _ARGUMENTS | _OF_METHOD.get(name, {}) | {"url": f"{arm.url}{OPERATION}"}
    method(**{key: known[key] for key in wanted})


@pytest.mark.parametrize("name", METHODS)
def test_each_method_sends_its_requests_as_its_identity(arm: CannedArm, split: Settings, name: str) -> None:
    with pytest.raises(ArmError):  # nothing is written down, so that the answer is 599
        call(Gateway(split, changing=True), name, arm)
    assert arm.seen
    for seen in arm.seen:
        reads = seen.method == "GET" or (seen.method == "POST" and seen.path.endswith(READING_POSTS))
        assert reads is (name not in CHANGES)
        assert seen.headers["Authorization"] == f"Bearer t0ken of {READER if reads else CHANGER}"


@pytest.mark.parametrize("name", METHODS)
def test_a_gateway_that_reads_has_no_way_to_change_anything(arm: CannedArm, split: Settings, name: str) -> None:
    asked = len(arm.tokens)
    with pytest.raises(NotForChanges if name in CHANGES else ArmError):
        call(Gateway(split), name, arm)
    assert bool(arm.seen) is (name not in CHANGES)
    assert CHANGER not in {token["client_id"] for token in arm.tokens[asked:]}


def test_without_a_second_identity_one_does_all(arm: CannedArm, ca_file: Path) -> None:
    app = settings_for(arm.url, ca_file, RESPONDER_CLIENT_ID=READER)
    assert shared(app) is shared(app, changing=True)
    for name in ("machine", "restart"):
        with pytest.raises(ArmError):
            call(Gateway(app, changing=True), name, arm)
    with pytest.raises(NotForChanges):
        call(Gateway(app), "restart", arm)
    hang_up(app)
    assert {seen.headers["Authorization"] for seen in arm.seen} == {f"Bearer t0ken of {READER}"}


def test_the_same_identity_twice_is_one(arm: CannedArm, ca_file: Path) -> None:
    app = settings_for(arm.url, ca_file, RESPONDER_CLIENT_ID=READER, RESPONDER_REMEDIATE_CLIENT_ID=READER)
    assert shared(app) is shared(app, changing=True)
    assert shared(app).identity is None


@pytest.mark.parametrize("name, identity", [("machine", "diagnose"), ("restart", "remediate")])
def test_a_missing_right_tells_who_lacks_it(arm: CannedArm, split: Settings, name: str, identity: str) -> None:
    text = f"The client 'x' does not have authorization to perform action 'a/b/action' over scope '{VM}'."
    arm.answers(403, {"error": {"code": "AuthorizationFailed", "message": text}})
    with pytest.raises(Forbidden) as missing:
        call(Gateway(split, changing=True), name, arm)
    assert (missing.value.action, missing.value.scope, missing.value.identity) == ("a/b/action", VM, identity)


def test_no_token_tells_who_gets_none(arm: CannedArm, ca_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"RESPONDER_REMEDIATE_CLIENT_ID": CHANGER, "RESPONDER_ARM_AUDIENCE": "https://nobody.example/.default"}
    app = settings_for(arm.url, ca_file, **more)
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    with pytest.raises(Unavailable, match="identity remediate"):
        call(Gateway(app, changing=True), "restart", arm)
    hang_up(app)
    assert arm.seen == []


def _makes(module: Module, name: str) -> Iterator[tuple[str, str, Any]]:
    """Where a module calls something: its name, the function around it, and the argument ``changing``."""
    for around in ast.walk(module.tree):
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(around):
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
                    told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                    yield module.name, around.name, told.get("changing")


def test_only_two_activities_and_the_call_that_puts_locks_back_can_change_anything() -> None:
    product = [module for module in modules() if module.room in PRODUCT]
    made = {where for module in product for where in _makes(module, "Gateway") if where[2]}
    assert made == {("handlers.activities", "_with_gateway", "changing"), ("handlers.putting_back", "_work", "True")}
    asked = {where for module in product for where in _makes(module, "_with_gateway") if where[2]}
    assert asked == {
        ("handlers.activities", "apply_change", "True"),
        ("handlers.activities", "start_backup", "True"),
    }


def test_nobody_takes_the_clients_of_the_changer_but_the_gateway() -> None:
    product = [module for module in modules() if module.room in PRODUCT]
    assert {where for module in product for where in _makes(module, "shared") if where[2]} == {
        ("responder.azure.gateway", "__init__", "True"),
        ("responder.azure.gateway", "rights_of", "True"),  # which asks what an identity may, and can nothing else
    }
    assert not CHANGES & set(dir(Rights))
    assert {where[0] for module in product for where in _makes(module, "as_changer")} == {"responder.azure.calls"}


def test_changes_are_asked_for_by_fixes_and_the_start_of_a_backup_alone() -> None:
    product = [module for module in modules() if module.room in PRODUCT]
    calls = {
        (module.name, node.func.attr)
        for module in product
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES
        if ast.unparse(node.func.value).endswith("gateway")
    }
    assert {name for _, name in calls} == CHANGES
    assert {module for module, _ in calls if not module.startswith("playbooks.fixes.")} == {"playbooks.backup"}
