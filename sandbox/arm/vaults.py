"""Vaults, their containers and policies, and which vault protects a VM.

Source: recorded answers of Microsoft.RecoveryServices; a policy without own group names has an empty
``instantRPDetails``.
"""

from typing import Any

from sandbox.arm import alerting, errors, lookup
from sandbox.arm.backup_ids import container_id, upper
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.paths import same
from sandbox.arm.spec import PolicySpec
from sandbox.arm.world import Item, World

ROUTES = Table()

_RS = "Microsoft.RecoveryServices"
_VAULTS = f"{_RS}/Vaults"
_TIMES = ["2026-03-02T22:00:00Z"]
_DAY = 24


@ROUTES.on("GET", lookup.SUB + "/providers/Microsoft.RecoveryServices/vaults", f"{_VAULTS}/read")
def list_vaults(request: Request) -> Answer:
    """``vaults.list_by_subscription_id``."""
    return page(request, [vault(world) for world in request.worlds])


@ROUTES.on("GET", lookup.GROUP + "/providers/Microsoft.RecoveryServices/vaults", f"{_VAULTS}/read")
def list_vaults_of_group(request: Request) -> Answer:
    """``vaults.list_by_resource_group``."""
    group = lookup.check_group(request)
    return page(request, [vault(world) for world in request.worlds if same(group, world.spec.vault.group)])


@ROUTES.on("GET", lookup.RSV, f"{_VAULTS}/read")
def get_vault(request: Request) -> Answer:
    """``vaults.get``."""
    lookup.check_vault(request)
    return Answer(200, vault(request.world))


@ROUTES.on("GET", lookup.RSV + "/backupProtectionContainers", f"{_VAULTS}/backupProtectionContainers/read")
def list_containers(request: Request) -> Answer:
    """``backup_protection_containers.list``."""
    lookup.check_vault(request)
    return page(request, request.world.protected, lambda item: _container(request.world, item))


@ROUTES.on("GET", lookup.RSV + "/backupPolicies/{policy}", f"{_VAULTS}/backupPolicies/read")
def get_policy(request: Request) -> Answer:
    """``protection_policies.get``."""
    lookup.check_vault(request)
    if not same(request.params["policy"], request.world.spec.policy.name):
        text = f"The policy '{request.params['policy']}' was not found."
        raise errors.refuse(404, "BMSUserErrorObjectNotFound", text, errors.SERVICE)
    return Answer(200, policy(request.world))


@ROUTES.on(
    "POST",
    lookup.SUB + "/providers/Microsoft.RecoveryServices/locations/{loc}/backupStatus",
    f"{_RS}/locations/backupStatus/action",
)
def backup_status(request: Request) -> Answer:
    """``backup_status.get``: which vault protects a VM."""
    asked = request.body.get("resourceId") if isinstance(request.body, dict) else None
    for world in request.worlds:
        item = world.item_of_id(str(asked))
        if item:
            return Answer(200, _protection(world, item))
    return Answer(200, {"protectionStatus": "NotProtected", "errorCode": "Success", "errorMessage": ""})


def vault(world: World) -> dict[str, Any]:
    """The vault as the service shows it."""
    return {
        "location": world.spec.vault_location or world.spec.location,
        "name": world.spec.vault.name,
        "etag": "W/\"datetime'2026-03-02T09%3A14%3A52.7394108Z'\"",
        "properties": {"provisioningState": "Succeeded", "publicNetworkAccess": "Enabled", **alerting.settings(world)},
        "id": world.vault_id,
        "type": "Microsoft.RecoveryServices/vaults",
        "sku": {"name": "RS0", "tier": "Standard"},
    }


def _container(world: World, item: Item) -> dict[str, Any]:
    return {
        "id": container_id(world, item),
        "name": f"IaasVMContainer;{item.container}",
        "type": "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers",
        "properties": {
            "virtualMachineId": item.machine.id,
            "virtualMachineVersion": "Compute",
            "resourceGroup": item.machine.group,
            "friendlyName": item.machine.name,
            "backupManagementType": "AzureIaasVM",
            "registrationStatus": "Registered",
            "healthStatus": "Healthy",
            "containerType": "Microsoft.Compute/virtualMachines",
            "protectableObjectType": "Microsoft.Compute/virtualMachines",
        },
    }


def policy(world: World) -> dict[str, Any]:
    """The policy as the service shows it."""
    spec = world.spec.policy
    names = {"azureBackupRGNamePrefix": spec.prefix, "azureBackupRGNameSuffix": spec.suffix}
    return {
        "id": f"{upper(world.vault_id)}/backupPolicies/{spec.name}",
        "name": spec.name,
        "type": "Microsoft.RecoveryServices/vaults/backupPolicies",
        "properties": {
            "backupManagementType": "AzureIaasVM",
            "instantRPDetails": {key: value for key, value in names.items() if value},
            "policyType": spec.type,
            "schedulePolicy": _schedule(spec),
            "retentionPolicy": {
                "retentionPolicyType": "LongTermRetentionPolicy",
                "dailySchedule": {
                    "retentionTimes": _TIMES,
                    "retentionDuration": {"count": 30, "durationType": "Days"},
                },
            },
            "instantRpRetentionRangeInDays": spec.retention_days,
            "timeZone": "UTC",
            "protectedItemsCount": len(world.items),
        },
    }


def _schedule(spec: PolicySpec) -> dict[str, Any]:
    """Enhanced policies (V2) may run several times a day; Azure REST "Protection Policies", SimpleSchedulePolicyV2."""
    if spec.type == "V1":
        return {
            "schedulePolicyType": "SimpleSchedulePolicy",
            "scheduleRunFrequency": "Daily",
            "scheduleRunTimes": _TIMES,
            "scheduleWeeklyFrequency": 0,
        }
    kind = {"schedulePolicyType": "SimpleSchedulePolicyV2"}
    if spec.every_hours == _DAY:
        return {**kind, "scheduleRunFrequency": "Daily", "dailySchedule": {"scheduleRunTimes": _TIMES}}
    window = {"scheduleWindowStartTime": _TIMES[0], "scheduleWindowDuration": _DAY}
    return {**kind, "scheduleRunFrequency": "Hourly", "hourlySchedule": {"interval": spec.every_hours, **window}}


def _protection(world: World, item: Item) -> dict[str, Any]:
    return {
        "protectionStatus": "Protected",
        "vaultId": world.vault_id,
        "fabricName": "Azure",
        "containerName": f"iaasvmcontainer;{item.container}",
        "protectedItemName": f"vm;{item.container}",
        "policyName": world.spec.policy.name,
        "errorCode": "Success",
        "errorMessage": "",
    }
