"""The workspace's tables, as far as the queries name them.

Source: Azure Monitor reference, tables AppTraces, AppRequests, AppExceptions and AddonAzureBackupJobs.
"""

_EVERY = [("TimeGenerated", "datetime"), ("OperationName", "string"), ("Properties", "dynamic"), ("ItemCount", "int")]

TABLES = {
    "AppTraces": [*_EVERY, ("Message", "string"), ("SeverityLevel", "int")],
    "AppRequests": [*_EVERY, ("Success", "bool"), ("DurationMs", "real"), ("ResultCode", "string")],
    "AppExceptions": [*_EVERY, ("OuterMessage", "string"), ("SeverityLevel", "int")],
    "AddonAzureBackupJobs": [
        ("TimeGenerated", "datetime"),
        *(
            (name, "string")
            for name in (
                "ResourceId",
                "JobOperation",
                "BackupManagementType",
                "JobUniqueId",
                "JobStatus",
                "JobFailureCode",
                "BackupItemUniqueId",
                "AdHocOrScheduledJob",
            )
        ),
    ],
}
