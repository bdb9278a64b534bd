"""The app settings that ``infra/modules/settings.bicep`` need not set, and those that it sets for the platform."""

LEFT_AT_DEFAULT = {
    "RESPONDER_APPROVAL_HOURS": "a day suits most; extraSettings changes it",
    "RESPONDER_CLEANUP_HOURS": "the time that the documents give the service",
    "RESPONDER_ARM_CA_FILE": "Azure's endpoints are publicly trusted",
    "RESPONDER_ON_DEMAND_PER_DAY": "what the support matrix recommends",
    "RESPONDER_ON_DEMAND_RETENTION_DAYS": "the service's own default",
    "RESPONDER_RESTORE_POINT_LIMIT": "the service's limit",
    "RESPONDER_DISK_LIMIT_GB": "the service's limit",
    "RESPONDER_PLAYBOOK_FOLDER": "playbooks of one's own are put into the package; extraSettings names their folder",
    "RESPONDER_BACKUP_SERVICE_APP_ID": "the same in the public cloud; extraSettings for a sovereign one",
    "RESPONDER_ATTEMPTS_PER_WINDOW": "a matter of operation: extraSettings",
    "RESPONDER_ATTEMPT_WINDOW_HOURS": "a matter of operation: extraSettings",
    "RESPONDER_CONCURRENT_INCIDENTS": "a matter of operation: extraSettings",
    "RESPONDER_STARTS_PER_HOUR": "follows from Azure's limits",
    "RESPONDER_JOB_READS_PER_HOUR": "follows from Azure's limits",
    "RESPONDER_BACKOFF_MINUTES": "a matter of operation: extraSettings",
    "RESPONDER_REMEDIATION_PAUSE_HOURS": "a matter of operation: extraSettings",
    "RESPONDER_DESTRUCTIVE_PER_HOUR": "a cap: whoever raises it should do so knowingly, by extraSettings",
    "RESPONDER_MAX_BODY_KB": "what Event Grid can send at the most",
    "RESPONDER_SWEEP_SCHEDULE": "a quarter of an hour suits most; extraSettings changes it",
    "RESPONDER_SWEEP_FIRST_HOURS": "counts once, on the first day",
    "RESPONDER_OVERDUE_HOURS": "a matter of operation: extraSettings",
    "RESPONDER_PLAYBOOK_MODES": "a matter of operation: extraSettings",
    "RESPONDER_WEBHOOK_SECONDS": "what Standard Webhooks recommends",
}
"""Setting of the app -> why no template sets it."""

_HOST = "AzureFunctionsJobHost__extensions__durableTask__"

OF_THE_PLATFORM = {
    "AzureWebJobsStorage__accountName": "the host's storage, without a key",
    "AzureWebJobsStorage__credential": "by a managed identity",
    "AzureWebJobsStorage__clientId": "namely this one",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "where telemetry goes",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "with an Entra token, as keys are off there",
    "DURABLE_TASK_SCHEDULER_CONNECTION_STRING": "the scheduler, if orchestrations live there",
    f"{_HOST}hubName": "its task hub",
    f"{_HOST}storageProvider__type": "host.json says AzureStorage",
    f"{_HOST}storageProvider__connectionName": "host.json says AzureWebJobsStorage",
    f"{_HOST}storageProvider__connectionStringName": "the scheduler's own spelling of the same",
    "AzureFunctionsJobHost__telemetryMode": "OpenTelemetry instead of the SDK, where it is asked for",
    f"{_HOST}tracing__distributedTracingEnabled": "with spans of orchestrations and activities",
    f"{_HOST}tracing__version": "of the kind that OpenTelemetry takes",
    "OTEL_TRACES_SAMPLER": "by a share of the traces, not by so many a second",
    "OTEL_TRACES_SAMPLER_ARG": "namely all of them",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "a second place for telemetry",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID": "sign-in by a federated identity instead of a client secret",
}
"""Setting of Azure's -> why the app needs it."""
