"""What a specification builds."""

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import RP_GROUP, SUB, VAULT, VM, VM_GROUP, Direct

_ALL = f"{SUB}/providers/Microsoft.Compute/restorePointCollections"


def _policy(cloud: Direct) -> object:
    return cloud.get(f"{VAULT}/backupPolicies/DefaultPolicy")["properties"]["instantRPDetails"]


def test_the_policy_names_the_group(make: Make) -> None:
    cloud = make(policy={"prefix": "rg-rp-prod-", "suffix": "-weu", "retention_days": 5})
    assert cloud.collection.startswith(f"{SUB}/resourceGroups/rg-rp-prod-1-weu/providers/")
    assert _policy(cloud) == {"azureBackupRGNamePrefix": "rg-rp-prod-", "azureBackupRGNameSuffix": "-weu"}
    names = {row["name"] for row in cloud.rows(f"{SUB}/resourcegroups")}
    assert names == {"rg-backup-prod-weu", "rg-app-prod-weu", "rg-rp-prod-1-weu"}


def test_without_names_the_details_are_empty(cloud: Direct) -> None:
    assert _policy(cloud) == {}
    assert cloud.get(f"{VAULT}/backupPolicies/DefaultPolicy")["id"].startswith("/Subscriptions/")
    assert cloud.ask("GET", f"{VAULT}/backupPolicies/other").status == 404


def test_the_old_layout_keeps_the_collection_with_the_vm(make: Make) -> None:
    cloud = make(foreign_group=True, locks=[{"at": "group"}])
    assert cloud.collection.startswith(f"{VM_GROUP}/")
    types = {row["type"] for row in cloud.rows(f"{VM_GROUP}/resources")}
    assert types == {"Microsoft.Compute/virtualMachines", "Microsoft.Compute/restorePointCollections"}
    assert [lock.scope for lock in cloud.cloud.world.locks] == [VM_GROUP]


def test_foreign_things_in_the_group(make: Make) -> None:
    cloud = make(group_resources=[{"type": "Microsoft.Compute/disks", "name": "disk-x"}])
    rows = cloud.rows(f"{RP_GROUP}/resources")
    assert {row["type"] for row in rows} == {"Microsoft.Compute/restorePointCollections", "Microsoft.Compute/disks"}
    assert set(rows[0]) == {"id", "name", "type", "location"}
    disks = cloud.rows(f"{RP_GROUP}/resources", **{"$filter": "resourceType eq 'microsoft.compute/disks'"})
    assert [row["name"] for row in disks] == ["disk-x"]
    assert cloud.ask("GET", f"{RP_GROUP}/resources", **{"$filter": "name eq 'x'"}).status == 400


def test_a_neighbour_of_the_same_name_in_another_group(make: Make) -> None:
    cloud = make(neighbours=["vm-app-011", {"name": "VM-APP-01", "group": "rg-other-prod-weu"}])
    sources = [row["properties"]["source"]["id"] for row in cloud.rows(_ALL)]
    other = f"{SUB}/resourceGroups/rg-other-prod-weu/providers/Microsoft.Compute/virtualMachines/VM-APP-01"
    assert sources == [VM, f"{VM}1", other]
    assert len({row["id"].lower() for row in cloud.rows(_ALL)}) == 3
    assert cloud.get(f"{SUB}/resourceGroups/rg-other-prod-weu")["name"] == "rg-other-prod-weu"


def test_machines(make: Make) -> None:
    cloud = make(tags={"backup-responder": "read-only"})
    machine = cloud.get(VM, **{"$expand": "instanceView"})
    assert machine["tags"] == {"backup-responder": "read-only"}
    view = machine["properties"]["instanceView"]
    assert view["vmAgent"]["statuses"][0]["displayStatus"] == "Ready"
    assert [status["code"] for status in view["statuses"]] == ["ProvisioningState/succeeded", "PowerState/running"]
    assert cloud.get(f"{VM}/instanceView") == view
    assert "instanceView" not in cloud.get(VM)["properties"]
    extensions = cloud.get(f"{VM}/extensions")
    assert set(extensions) == {"value"}
    group = cloud.rows(f"{VM_GROUP}/providers/Microsoft.Compute/virtualMachines")
    assert group == cloud.rows(f"{SUB}/providers/Microsoft.Compute/virtualMachines")
    assert len(group) == 3


def test_the_vault_and_what_it_protects(cloud: Direct) -> None:
    vault = cloud.get(VAULT)
    assert set(vault) == {"location", "name", "etag", "properties", "id", "type", "sku"}
    assert cloud.rows(f"{SUB}/providers/Microsoft.RecoveryServices/vaults") == [vault]
    assert cloud.rows(f"{SUB}/resourceGroups/rg-backup-prod-weu/providers/Microsoft.RecoveryServices/vaults") == [vault]
    assert cloud.rows(f"{VM_GROUP}/providers/Microsoft.RecoveryServices/vaults") == []
    items = cloud.rows(f"{VAULT}/backupProtectedItems", **{"$filter": "backupManagementType eq 'AzureIaasVM'"})
    containers = cloud.rows(f"{VAULT}/backupProtectionContainers")
    assert [item["properties"]["friendlyName"] for item in items] == ["vm-app-01", "vm-app-011", "vm-app-01-old"]
    assert items[0]["id"].startswith(containers[0]["id"] + "/protectedItems/VM;iaasvmcontainerv2;")
    assert items[0]["id"].startswith("/Subscriptions/")
    assert set(containers[0]["properties"]) == {
        "virtualMachineId", "virtualMachineVersion", "resourceGroup", "friendlyName", "backupManagementType",
        "registrationStatus", "healthStatus", "containerType", "protectableObjectType",
    }  # fmt: skip
    assert cloud.ask("GET", f"{VAULT}x").status == 404


def test_subscription_and_tenant(cloud: Direct) -> None:
    row = cloud.rows("/subscriptions")[0]
    assert set(row) >= {"id", "subscriptionId", "tenantId", "displayName", "state", "subscriptionPolicies"}
    assert row == cloud.get(SUB)
    assert cloud.rows("/tenants")[0]["tenantId"] == row["tenantId"]
