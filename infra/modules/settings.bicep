// Every app setting. Secrets are references to the vault; what is not here keeps the default of docs/settings.md.

@description('Name of the function app.')
param appName string

@description('Name of the storage account.')
param storageAccountName string

@description('Name of the key vault.')
param vaultName string

@description('Connection string of Application Insights.')
param applicationInsights string

@description('Client id of the identity that reads, and that serves the app itself.')
param diagnoseClientId string

@description('Client id of the identity that makes changes.')
param remediateClientId string

@description('ARM ids of what the app may work on.')
param scope array

@description('How much the app may do.')
@allowed(['read-only', 'review', 'autonomous'])
param mode string

@description('Language of reports and pages.')
@allowed(['en', 'ko'])
param language string

@description('Zone in which people are told times.')
param timeZone string

@description('Address under which people reach the app; empty for its own.')
param publicUrl string

@description('Whether results go to the address in the secret RESPONDER-WEBHOOK-URL.')
param webhook bool

@description('Further receivers of results.')
param targets array

@description('Names of further app settings whose values are secrets.')
param secretSettings array

@description('Object id of Backup Management Service in the tenant; empty if it is not known.')
param backupServiceObjectId string

@description('Endpoint of Azure Resource Manager.')
param resourceManager string

@description('Address of the Durable Task Scheduler; empty: orchestrations live in the storage account.')
param schedulerEndpoint string

@description('Name of the task hub in the scheduler.')
param schedulerHub string

@description('Whether people sign in with Entra ID.')
param signIn bool

@description('Whether the host sends telemetry by OpenTelemetry.')
param openTelemetry bool

@description('Address that takes OTLP; empty: Application Insights alone.')
param otlpEndpoint string

@description('Further app settings, which win over those here.')
param extra object

var always = {
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: diagnoseClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${diagnoseClientId};Authorization=AAD'
  RESPONDER_SCOPE: join(scope, ',')
  RESPONDER_MODE: mode
  RESPONDER_LANGUAGE: language
  RESPONDER_TIME_ZONE: timeZone
  RESPONDER_TARGETS: string(targets)
  RESPONDER_APPROVAL_SECRET: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=RESPONDER-APPROVAL-SECRET)'
  RESPONDER_CLIENT_ID: diagnoseClientId
  RESPONDER_REMEDIATE_CLIENT_ID: remediateClientId
  RESPONDER_ARM_ENDPOINT: resourceManager
  RESPONDER_ARM_AUDIENCE: '${resourceManager}/.default'
}

var posted = {
  RESPONDER_WEBHOOK_URL: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=RESPONDER-WEBHOOK-URL)'
  RESPONDER_WEBHOOK_SECRET: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=RESPONDER-WEBHOOK-SECRET)'
}

// Microsoft Learn, "host.json reference", override values: AzureFunctionsJobHost__. host.json names the storage account
// by connectionName, so that both spellings of the name are overridden.
var scheduled = {
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${diagnoseClientId}'
  AzureFunctionsJobHost__extensions__durableTask__hubName: schedulerHub
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
}

var ownAddress = {
  RESPONDER_PUBLIC_URL: publicUrl
}

var backupService = {
  RESPONDER_BACKUP_SERVICE_OBJECT_ID: backupServiceObjectId
}

// Microsoft Learn, "Configure your App Service app to use Microsoft Entra sign-in", managed identity instead of a secret.
var signedIn = {
  OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: diagnoseClientId
}

// The host alone sends: the worker hands it the app's lines as before, and loads no library for it. Durable's spans join
// the trace by version 2 of its tracing. All traces are kept: a line whose trace is sampled away goes with it, and rules
// count lines. Microsoft Learn, "Use OpenTelemetry with Azure Functions" and "Configure Azure Monitor OpenTelemetry".
var traced = {
  AzureFunctionsJobHost__telemetryMode: 'OpenTelemetry'
  AzureFunctionsJobHost__extensions__durableTask__tracing__distributedTracingEnabled: 'true'
  AzureFunctionsJobHost__extensions__durableTask__tracing__version: 'V2'
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: '1'
}

var exported = {
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint
}

var secret = toObject(secretSettings, name => name, name => '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${replace(name, '_', '-')})')

resource site 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'appsettings'
  properties: union(
    always,
    webhook ? posted : {},
    empty(schedulerEndpoint) ? {} : scheduled,
    empty(publicUrl) ? {} : ownAddress,
    empty(backupServiceObjectId) ? {} : backupService,
    signIn ? signedIn : {},
    openTelemetry ? traced : {},
    openTelemetry && !empty(otlpEndpoint) ? exported : {},
    secret,
    extra
  )
}
