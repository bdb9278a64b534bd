"""Rights: the deployed role definitions and nothing else."""

import re
from pathlib import Path

import pytest

from sandbox.arm import tokens
from sandbox.arm.cloud import _ROUTES
from sandbox.arm.rbac import allowed, roles
from sandbox.arm.spec import RbacSpec
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, ITEM, LOCKS, RP_GROUP, SUB, VAULT, VM, VM_GROUP, code
from tests.sandbox.arm.test_alerting import ACTION_GROUP, ALERT_RULES
from tests.sandbox.arm.test_graph import GRAPH
from tests.sandbox.arm.test_insights import EVENTS, HEALTH, METRICS
from tests.sandbox.arm.test_key_vaults import ADMINISTRATOR, ASSIGNMENTS, DEFINITIONS, DELETED, KEY_VAULT
from tests.sandbox.arm.test_network import NIC, ROUTES, RULES

_RS = "Microsoft.RecoveryServices/Vaults"
_ITEMS = f"{_RS}/backupFabrics/protectionContainers/protectedItems"
_COLLECTIONS = "Microsoft.Compute/restorePointCollections"
_MACHINES = "Microsoft.Compute/virtualMachines"
_INTERFACES = "Microsoft.Network/networkInterfaces"
_NONE = "00000000-0000-0000-0000-000000000000"

# What the app asks for: action -> method and path. The roles hold these actions and no other.
DIAGNOSE = {
    f"{_RS}/read": ("GET", VAULT),
    f"{_RS}/backupJobs/read": ("GET", f"{VAULT}/backupJobs"),
    f"{_RS}/backupPolicies/read": ("GET", f"{VAULT}/backupPolicies/DefaultPolicy"),
    f"{_RS}/backupProtectedItems/read": ("GET", f"{VAULT}/backupProtectedItems"),
    f"{_ITEMS}/read": ("GET", ITEM),
    f"{_ITEMS}/operationsStatus/read": ("GET", f"{ITEM}/operationsStatus/{_NONE}"),
    f"{_ITEMS}/recoveryPoints/read": ("GET", f"{ITEM}/recoveryPoints"),
    "Microsoft.AlertsManagement/actionRules/read": ("GET", ALERT_RULES),
    "Microsoft.Authorization/locks/read": ("GET", f"{SUB}{LOCKS}"),
    "Microsoft.Authorization/roleAssignments/read": ("GET", f"{KEY_VAULT}{ASSIGNMENTS}"),
    "Microsoft.Authorization/roleDefinitions/read": ("GET", f"{SUB}{DEFINITIONS}/{ADMINISTRATOR}"),
    "Microsoft.Compute/disks/read": ("GET", f"{VM_GROUP}/providers/Microsoft.Compute/disks/vm-app-01_OsDisk"),
    "Microsoft.Compute/locations/operations/read": (
        "GET",
        f"{SUB}/providers/Microsoft.Compute/locations/westeurope/operations/{_NONE}",
    ),
    f"{_COLLECTIONS}/read": ("GET", f"{SUB}/providers/{_COLLECTIONS}"),
    f"{_COLLECTIONS}/restorePoints/read": ("GET", "collection?expand"),
    f"{_MACHINES}/extensions/read": ("GET", f"{VM}/extensions"),
    f"{_MACHINES}/read": ("GET", VM),
    "Microsoft.Insights/actionGroups/read": ("GET", ACTION_GROUP),
    "Microsoft.Insights/eventtypes/values/read": ("GET", EVENTS),
    "Microsoft.Insights/metrics/read": ("GET", METRICS),
    "Microsoft.KeyVault/locations/deletedVaults/read": ("GET", DELETED),
    "Microsoft.KeyVault/vaults/read": ("GET", KEY_VAULT),
    "Microsoft.Network/locations/operationResults/read": (
        "GET",
        f"{SUB}/providers/Microsoft.Network/locations/westeurope/operationResults/{_NONE}",
    ),
    f"{_INTERFACES}/effectiveNetworkSecurityGroups/action": ("POST", RULES),
    f"{_INTERFACES}/effectiveRouteTable/action": ("POST", ROUTES),
    f"{_INTERFACES}/read": ("GET", NIC),
    "Microsoft.ResourceGraph/resources/read": ("POST", GRAPH),
    "Microsoft.ResourceHealth/availabilityStatuses/read": ("GET", HEALTH),
    "Microsoft.Resources/subscriptions/resourceGroups/resources/read": ("GET", f"{VM_GROUP}/resources"),
}
REMEDIATE = {
    f"{_ITEMS}/backup/action": ("POST", f"{ITEM}/backup"),
    f"{_RS}/backupJobs/cancel/action": ("POST", f"{VAULT}/backupJobs/{_NONE}/cancel"),
    "Microsoft.Authorization/locks/delete": ("DELETE", f"{RP_GROUP}{LOCKS}/none"),
    "Microsoft.Authorization/locks/write": ("PUT", f"{RP_GROUP}{LOCKS}/new"),
    f"{_COLLECTIONS}/delete": ("DELETE", "collection"),
    f"{_COLLECTIONS}/restorePoints/delete": ("DELETE", "collection/restorePoints/none"),
    f"{_MACHINES}/extensions/delete": ("DELETE", f"{VM}/extensions/none"),
    f"{_MACHINES}/reapply/action": ("POST", f"{VM}/reapply"),
    f"{_MACHINES}/restart/action": ("POST", f"{VM}/restart"),
    f"{_MACHINES}/runCommand/action": ("POST", f"{VM}/runCommand"),
}


OF_ITS_ROLE = {action: tokens.REMEDIATE if action in REMEDIATE else tokens.DIAGNOSE for action in DIAGNOSE | REMEDIATE}


def test_the_roles_hold_exactly_what_the_app_asks_for() -> None:
    assert sorted(roles()["diagnose"].actions) == sorted(DIAGNOSE)
    assert sorted(roles()["remediate"].actions) == sorted(REMEDIATE)
    assert set(roles()) == {path.stem for path in Path("infra/roles").glob("*.json")} == {"diagnose", "remediate"}


@pytest.mark.parametrize("role", ["diagnose", "remediate"])
def test_a_role_has_no_wildcard_nothing_twice_and_no_right_to_data(role: str) -> None:
    found = roles()[role]
    assert [
        action for action in found.actions if not re.fullmatch(r"Microsoft(\.[A-Za-z]+)(/[A-Za-z]+)+", action)
    ] == []
    assert len({action.lower() for action in found.actions}) == len(found.actions)
    assert found.is_custom
    assert (found.not_actions, found.data_actions, found.not_data_actions) == ([], [], [])
    assert found.assignable_scopes == [f"/subscriptions/{_NONE}"]  # replaced where the role is deployed


def test_the_role_that_reads_changes_nothing_and_the_other_one_reads_nothing() -> None:
    asks = ("effectivenetworksecuritygroups/action", "effectiveroutetable/action")  # answers, that take their time
    reads = [action for action in roles()["diagnose"].actions if not action.lower().endswith(asks)]
    assert [action for action in reads if not action.endswith("/read")] == []
    assert [action for action in roles()["remediate"].actions if action.endswith("/read")] == []


@pytest.mark.parametrize("action", [*DIAGNOSE, *REMEDIATE])
def test_an_action_is_granted_by_one_role_alone(action: str) -> None:
    other = tokens.DIAGNOSE if action in REMEDIATE else tokens.REMEDIATE
    assert allowed(action, RbacSpec(), OF_ITS_ROLE[action])
    assert not allowed(action, RbacSpec(), other)
    assert allowed(action, RbacSpec(), tokens.SYSTEM)


@pytest.mark.parametrize("denied", [False, True])
@pytest.mark.parametrize("action", [*DIAGNOSE, *REMEDIATE])
def test_each_action_opens_its_operation(make: Make, action: str, denied: bool) -> None:
    cloud = make(rbac={"deny": [action] if denied else []})
    cloud.become(OF_ITS_ROLE[action])
    method, path = (DIAGNOSE | REMEDIATE)[action]
    path, _, expand = path.replace("collection", cloud.collection).partition("?") if path[:1] == "c" else (path, "", "")
    body = BACKUP if method == "POST" else {"properties": {"level": "ReadOnly"}} if method == "PUT" else None
    answer = cloud.ask(method, path, body, **({"$expand": "restorePoints"} if expand else {}))
    assert (answer.status == 403) is denied, answer
    assert action in cloud.cloud.calls[-1].actions
    assert cloud.cloud.calls[-1].identity == OF_ITS_ROLE[action].name
    if denied:
        assert code(answer) == "AuthorizationFailed"
        assert answer.headers["x-ms-failure-cause"] == "gateway"
        message = answer.body["error"]["message"]
        assert f"does not have authorization to perform action '{action}' over scope '/" in message
        assert message.startswith(f"The client '{OF_ITS_ROLE[action].object_id}' with object id '")


def test_a_person_with_the_cli_may_look_around(make: Make) -> None:
    cloud = make()
    compute = f"{RP_GROUP}/providers/{_COLLECTIONS}"
    for path in (f"{SUB}/resourcegroups", f"{VAULT}/backupJobs", f"{RP_GROUP}{LOCKS}", compute, "/subscriptions"):
        assert cloud.rows(path) is not None
    cloud.become(tokens.DIAGNOSE)
    assert cloud.ask("GET", f"{SUB}/resourcegroups").status == 403


def test_the_graph_shows_what_its_reader_may_read(make: Make) -> None:
    cloud = make()
    question = {"query": "recoveryservicesresources | project id", "subscriptions": [SUB.rpartition("/")[2]]}
    cloud.become(tokens.DIAGNOSE)
    assert cloud.ask("POST", GRAPH, question).body["data"]
    cloud.become(tokens.REMEDIATE)
    assert cloud.ask("POST", GRAPH, question).status == 403
    cloud = make(rbac={"also": ["Microsoft.ResourceGraph/resources/read"]})
    cloud.become(tokens.REMEDIATE)
    assert cloud.ask("POST", GRAPH, question).body["data"] == []


def test_what_no_role_grants_is_forbidden(make: Make) -> None:
    cloud = make()
    job = cloud.cloud.world.jobs[0].id
    assert cloud.ask("GET", f"{VAULT}/backupJobs/{job}/operationResults/{_NONE}").status == 403


def test_every_operation_needs_a_right_except_those_of_the_login() -> None:
    free = {route.pattern.pattern for route in _ROUTES if not route.actions}
    assert len(free) == 5  # tenants, subscriptions, one subscription; own permissions in a group and in a vault


def test_patterns_and_case() -> None:
    for identity in (tokens.SYSTEM, tokens.DIAGNOSE, tokens.REMEDIATE):
        assert allowed("microsoft.web/SITES/read", RbacSpec(also=("*/read",)), identity)
        assert not allowed("microsoft.web/SITES/read", RbacSpec(also=("*/read",), deny=["*/SITES/read"]), identity)
        assert not allowed("Microsoft.Web/sites/write", RbacSpec(also=("*/read",)), identity)
