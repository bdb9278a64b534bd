"""Numbers and texts of the errors of a backup job, by string code.

Numbers below 499000 are those of public recordings and articles; the others are the sandbox's own and mean nothing
outside of it. Texts: Azure Backup, "Troubleshoot Azure VM backup" and "Troubleshoot Azure Backup failure: issues with
the agent or extension", shortened; restore and other texts are composed.
"""

_CSR = "UserErrorCrossSubscriptionRestore"
_INTERNAL = "Backup failed due to an internal error."

TEXTS: dict[str, tuple[int, str]] = {
    "UserErrorRpCollectionLimitReached": (499001, "The Restore Point collection max limit has reached."),
    "UserErrorBackupOperationInProgress": (
        499002,
        "Unable to initiate backup as another backup operation is currently in progress.",
    ),
    "BackUpOperationFailed": (400002, _INTERNAL),
    "BackUpOperationFailedV2": (499003, _INTERNAL),
    "UserErrorRpCollectionDeleted": (
        400288,
        "The restore point collection was deleted while the backup was running.",
    ),
    "UserErrorGuestAgentStatusUnavailable": (
        400196,
        "VM agent is unable to communicate with the Azure Backup Service.",
    ),
    "GuestAgentSnapshotTaskStatusError": (400039, "Could not communicate with the VM agent for snapshot status."),
    "UserErrorKeyvaultPermissionsNotConfigured": (
        400198,
        "Azure Backup does not have sufficient permissions to Key Vault for Backup of Encrypted Virtual Machines.",
    ),
    "ExtensionSnapshotFailedNoNetwork": (
        400206,
        "Snapshot operation failed due to no network connectivity on the virtual machine.",
    ),
    "ExtensionOperationFailedForManagedDisks": (499004, "VMSnapshot extension operation failed."),
    "UserErrorUnsupportedDiskSize": (499005, "The configured disk size(s) is currently not supported by Azure Backup."),
    "UserErrorVmProvisioningStateFailed": (499006, "The VM is in failed provisioning state."),
    "UserErrorCrpReportedUserError": (
        400349,
        "Backup failed due to an error. For details, see Job Error Message Details.",
    ),
    "UserErrorBcmDatasourceNotPresent": (
        499007,
        "Backup failed: This virtual machine is not (actively) protected by Azure Backup.",
    ),
    "VMRestorePointInternalError": (499008, "The restore point of the virtual machine could not be created."),
    "CopyingVHDsFromBackUpVaultTakingLongTime": (499009, "Copying backed up data from vault timed out."),
    "UserErrorVmNotInDesirableState": (499010, "VM is not in a state that allows backups."),
    "UserErrorFsFreezeFailed": (499011, "Failed to freeze one or more mount-points of the VM."),
    "ExtensionSnapshotFailedCOM": (499012, "Snapshot operation failed due to COM+ error."),
    "ExtensionInstallationFailedCOM": (499013, "Extension installation/operation failed due to a COM+ error."),
    "ExtensionInstallationFailedMDTC": (
        499014,
        "Extension installation failed: COM+ was unable to talk to the Microsoft Distributed Transaction Coordinator.",
    ),
    "ExtensionFailedVssWriterInBadState": (
        499015,
        "Snapshot operation failed because VSS writers were in a bad state.",
    ),
    "ExtensionFailedVssServiceInBadState": (
        499016,
        "Snapshot operation failed due to VSS (Volume Shadow Copy) service in bad state.",
    ),
    "ExtensionConfigParsingFailure": (499017, "Failure in parsing the config for the backup extension."),
    "ExtensionStuckInDeletionState": (499018, "Extension state is not supportive to the backup operation."),
    "ExtensionFailedSnapshotLimitReachedError": (
        499019,
        "The Snapshot operation failed as snapshot limit is exceeded for some of the disks attached.",
    ),
    "ExtensionFailedTimeoutVMNetworkUnresponsive": (
        499020,
        "Snapshot operation failed due to inadequate VM resources.",
    ),
    "ResourceNotFound": (320001, "Could not perform the operation as VM no longer exists."),
    "BCMV2VMNotFound": (400094, "The virtual machine doesn't exist."),
    "UserErrorVmNotFoundV2": (400136, "Virtual machine doesn't exist."),
    "UserErrorBCMPremiumStorageQuotaError": (
        499021,
        "Could not copy the snapshot of the virtual machine, due to insufficient free space in the storage account.",
    ),
    "AzureVmOffline": (
        380008,
        "Failed to install Microsoft Recovery Services extension as virtual machine is not running.",
    ),
    "ExtensionSnapshotBitlockerError": (
        499022,
        "The snapshot operation failed with the VSS operation error: This drive is locked by BitLocker.",
    ),
    "ExtensionSnapshotFailedNoSecureNetwork": (
        499023,
        "The snapshot operation failed because of failure to create a secure network communication channel.",
    ),
    "ExtensionVCRedistInstallationFailure": (
        380020,
        "The snapshot operation failed because Visual C++ Redistributable could not be installed.",
    ),
    "UserErrorRequestDisallowedByPolicy": (
        499024,
        "An invalid policy is configured on the VM which is preventing Snapshot operation.",
    ),
    "UserErrorUnableToOpenMount": (
        499025,
        "Backup failed because the backup extension on the VM was unable to open the mount points in the VM.",
    ),
    "DiffCopyFailedToTransferData": (400052, "Backup failed to copy data from the snapshot to the vault."),
    "UserErrorGenericResourceNotFound": (400309, "Azure resource does not exist."),
    "UserErrorJobSuccessfullyCancelled": (400158, "The job was cancelled."),
    "UserErrorGuestAgentVersionUnsupported": (380016, "The VM does not have the latest VM agent installed."),
    "UserErrorVmVaultLocationMismatch": (400175, "Virtual machine and vault are in different regions."),
    "UserErrorResourceGroupNotFound": (400141, "The resource group does not exist."),
    "VMCreationTimeOutStorageErrorV2": (400199, "Creation of a virtual machine timed out."),
    "UserErrorSharedDiskBackupNotSupported": (
        499026,
        "Backup of a virtual machine with a shared disk is not supported.",
    ),
    "UserErrorMigrationFromTrustedLaunchVMToNonTrustedVMNotAllowed": (
        499027,
        "Backup of a virtual machine that was changed from Trusted Launch to Standard is not allowed.",
    ),
    "VMNotInRunningStateUserError": (530212, "The virtual machine is not running or cannot be reached."),
    "UserErrorInsufficientMSIPermissions": (400390, "The managed identity lacks permissions on a resource."),
    "RestoreOperationFailed": (400003, "Restore failed with an internal error."),
    "DataTransferFromVaultFailed": (400004, "Data transfer from the vault failed."),
    "DiskAPIRevokeSASFailed": (400380, "Access to the restored disk could not be revoked."),
    "UserErrorSubnetNotFoundV2": (400138, "The subnet of the restore does not exist."),
    "UserErrorBCMRestoreStorageAccountNotFound": (400048, "The staging storage account of the restore does not exist."),
    "UserErrorBCMRestoreStorageAccountNotInSameVaultLocation": (
        400069,
        "The staging storage account of the restore is in another region than the vault.",
    ),
    "UserErrorUnsupportedConfigForUnmanagedToManaged": (
        400367,
        "This restore point cannot be restored as managed disks.",
    ),
    "UserErrorVmNotShutDown": (499028, "The virtual machine must be shut down before its disks are replaced."),
    "UserErrorSkuNotAvailable": (499029, "The size of the virtual machine is not available."),
    "UserErrorMarketPlaceVMNotSupported": (499030, "Create VM failed: the Marketplace image is not offered any more."),
    "UserErrorInstantRpNotFound": (499031, "The snapshot of the recovery point does not exist any more."),
    f"{_CSR}NotSupportedForOLR": (499032, "Cross-subscription restore is not supported for Replace Existing."),
    f"{_CSR}NotSupportedForUnManagedAzureVM": (
        499033,
        "Cross-subscription restore is not supported for unmanaged disks.",
    ),
    f"{_CSR}NotSupportedForCRR": (499034, "Cross-subscription restore is not supported with cross-region restore."),
    f"{_CSR}NotSupportedFromSnapshot": (499035, "Cross-subscription restore is not supported from a snapshot."),
    f"{_CSR}InvalidTenant": (499036, "Source and target subscription are in different tenants."),
    f"{_CSR}InvalidTargetSubscription": (499037, "The target subscription is not registered for Recovery Services."),
    f"{_CSR}NotSupportedForEncryptedAzureVM": (
        499038,
        "Cross-subscription restore is not supported for encrypted VMs.",
    ),
    f"{_CSR}NotSupportedForTrustedLaunchAzureVM": (
        499039,
        "Cross-subscription restore is not supported for Trusted Launch VMs.",
    ),
    "CloudDosAbsoluteLimitReached": (499040, "The limit of operations of this kind in 24 hours is reached."),
    "CloudDosTimeboudLimitReached": (499041, "The limit of operations of this kind in this span is reached."),
    "ResourceRequestsThrottled": (499042, "The number of requests for this action exceeded the limit."),
    "ScopeLocked": (499043, "The operation cannot be performed because a scope is locked."),
    "IaasVmHealthGreenDefault": (400239, "Backup pre-check status of this virtual machine is OK."),
    "IaasVmHealthYellowDefault": (400240, "Backup pre-check status of this virtual machine has a warning."),
    "Success": (0, ""),
}

ADVICE: dict[str, str] = {
    "UserErrorRpCollectionLimitReached": (
        "Check whether a lock prevents the deletion of restore points in the restore point resource group."
    ),
    "UserErrorBackupOperationInProgress": "Wait for the running backup job to end, then start the backup again.",
    "UserErrorRpCollectionDeleted": "Start the backup again; a new restore point collection is made.",
    "UserErrorGuestAgentStatusUnavailable": "Ensure that the VM agent is installed, up to date and running.",
    "BackUpOperationFailed": "Retry the backup operation.",
    "BackUpOperationFailedV2": "Retry the backup operation after a few minutes.",
    "GuestAgentSnapshotTaskStatusError": "Ensure that the VM agent is up to date and the VM has network access.",
    "UserErrorKeyvaultPermissionsNotConfigured": "Give the Azure Backup Service permissions in the key vault.",
    "ExtensionSnapshotFailedNoNetwork": "Ensure that the VM has network access.",
    "ExtensionOperationFailedForManagedDisks": "Ensure that the VMSnapshot extension is in good order.",
    "ExtensionStuckInDeletionState": "Remove the backup extension and retry the backup operation.",
    "UserErrorVmProvisioningStateFailed": "Repair the extensions of the VM that are in failed state.",
    "DiffCopyFailedToTransferData": "Retry the backup operation.",
}
