"""Error codes as the oracle knows them, from the documents and not from the playbooks.

Source: "Troubleshoot backup failures on Azure virtual machines" (sections on restore, and the table of common errors)
and "Troubleshoot Azure Backup failure: Issues with the agent or extension".
"""

from collections.abc import Callable

from sandbox.arm.spec_machine import DiskSpec

_CSR = "UserErrorCrossSubscriptionRestore"

NEVER_ACTED = {
    "DataTransferFromVaultFailed",
    "DiskAPIRevokeSASFailed",
    "IaasVmHealthGreenDefault",
    "IaasVmHealthYellowDefault",
    "RestoreOperationFailed",
    "Success",
    "UserErrorBCMRestoreStorageAccountNotFound",
    "UserErrorBCMRestoreStorageAccountNotInSameVaultLocation",
    f"{_CSR}InvalidTargetSubscription",
    f"{_CSR}InvalidTenant",
    f"{_CSR}NotSupportedForCRR",
    f"{_CSR}NotSupportedForEncryptedAzureVM",
    f"{_CSR}NotSupportedForOLR",
    f"{_CSR}NotSupportedForTrustedLaunchAzureVM",
    f"{_CSR}NotSupportedForUnManagedAzureVM",
    f"{_CSR}NotSupportedFromSnapshot",
    "UserErrorInstantRpNotFound",
    "UserErrorInsufficientMSIPermissions",
    "UserErrorJobSuccessfullyCancelled",
    "UserErrorMarketPlaceVMNotSupported",
    "UserErrorMigrationFromTrustedLaunchVMToNonTrustedVMNotAllowed",
    "UserErrorSkuNotAvailable",
    "UserErrorSubnetNotFoundV2",
    "UserErrorUnsupportedConfigForUnmanagedToManaged",
    "UserErrorVmNotShutDown",
    "VMNotInRunningStateUserError",
}
"""Codes of restores, of configuration and of a healthy item: nothing is to be repaired."""

SILENT_AGENT = {
    "UserErrorGuestAgentStatusUnavailable",
    "GuestAgentSnapshotTaskStatusError",
    "BackUpOperationFailed",
    "BackUpOperationFailedV2",
}
"""Codes for which a silent agent is a documented cause."""

DISK_LIMIT_GB = 32767
_ENCRYPTED_LIMIT_GB = 4095


def _too_large(disk: DiskSpec) -> bool:
    return disk.size_gb > (_ENCRYPTED_LIMIT_GB if disk.encrypted else DISK_LIMIT_GB)


def _shared(disk: DiskSpec) -> bool:
    return disk.shares > 1


VERDICT_OF_A_DISK: dict[str, Callable[[DiskSpec], bool]] = {
    "UserErrorUnsupportedDiskSize": _too_large,
    "UserErrorSharedDiskBackupNotSupported": _shared,
}
"""Codes that stay true as long as the VM has such a disk."""
