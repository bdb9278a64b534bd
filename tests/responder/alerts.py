"""Alert bodies of our own, in the shape of built-in Azure Backup alerts."""

from typing import Any

SUBSCRIPTION = "6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VAULT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-Backup-prod-weu"
    "/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
)
APP_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-app-prod-weu"
VM = f"{APP_GROUP}/providers/Microsoft.Compute/virtualMachines/vm-app-01"
NAMES = "iaasvmcontainerv2;rg-app-prod-weu;vm-app-01"
ITEM = f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{NAMES}/protectedItems/VM;{NAMES}"
JOB = "B1F0C7D2-58A4-4E93-8F16-0D2A9C4E7B35"
ALERT = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts/0f9d2c41-7b36-4f8e-a1d5-93c27e60000e"
)


def vm_alert(**essentials: object) -> dict[str, Any]:
    """The alert of a failed VM backup."""
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": ALERT,
                "severity": "Sev1",
                "alertRule": "Backup Failure",
                "signalType": "Log",
                "description": "The restore point collection max limit has reached.",
                "firedDateTime": "2026-11-02T01:14:09.7305512Z",
                "originAlertId": "2516086842306817559_0_5071azureiaasvmusererrorrpcollectionlimitreached",
                "alertTargetIDs": [VAULT.lower()],
                "monitorCondition": "Fired",
                "monitoringService": "Azure Backup",
                "targetResourceType": "microsoft.recoveryservices/vaults",
                **essentials,
            },
            "alertContext": {
                "category": "Jobs",
                "sourceId": VM,
                "sourceType": "VM",
                "extendedInfo": {
                    "jobId": JOB,
                    "possibleCauses": None,
                    "occurrenceCount": 1,
                    "recommendedActions": "Remove the lock. See https://aka.ms/AB-usererrorrpcollectionlimitreached",
                },
                "protectedItemId": ITEM,
                "linkedResourceId": VM,
            },
            "customProperties": None,
        },
    }


def sql_alert() -> dict[str, Any]:
    """The alert of a failed database backup inside the same VM."""
    alert = vm_alert(description="The log chain is broken.")
    item = f"{VAULT}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg-app-prod-weu;vm-app-01"
    alert["data"]["alertContext"] |= {
        "sourceId": f"{VM}/providers/Microsoft.RecoveryServices/backupProtectedItem/SQLDataBase;MSSQLSERVER;Stock",
        "protectedItemId": f"{item}/protectedItems/SQLDataBase;MSSQLSERVER;Stock",
    }
    return alert


def event_grid(data: object) -> list[dict[str, Any]]:
    """An Event Grid delivery around any data."""
    return [
        {
            "id": "0f9d2c41",
            "topic": "/subscriptions/x/topics/egt-backup-failures",
            "subject": f"{VAULT}/backupJobs/{JOB}",
            "eventType": "AzureBackup.JobFailed",
            "eventTime": "2026-11-02T01:14:09Z",
            "data": data,
            "dataVersion": "1.0",
        }
    ]


def cloud_event(data: object, **members: object) -> dict[str, Any]:
    """A CloudEvent around any data."""
    return {
        "specversion": "1.0",
        "id": "0f9d2c41",
        "source": "/topics/egt-backup-failures",
        "type": "AzureBackup.JobFailed",
        "data": data,
        **members,
    }
