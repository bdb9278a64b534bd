// Backup Responder in one resource group of its own, with what it may do in this subscription and who calls it.
// docs/deploy.md walks through it; subscription.bicep adds further subscriptions.
targetScope = 'subscription'

@description('Name of the environment, part of the resource group\'s name.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of all resources.')
param location string

@description('Tags of all resources.')
param tags object = {}

@description('How much the app may do. Look at some nights in read-only before you change it.')
@allowed(['read-only', 'review', 'autonomous'])
param mode string = 'read-only'

@description('ARM ids of the vaults of this subscription whose Backup Failure alerts call the app. None: no alert does.')
param vaultIds array = []

@description('ARM ids of subscriptions, resource groups and vaults that the app may work on. None: it works on nothing.')
param scope array = vaultIds

@description('Ids of all subscriptions in which the two roles may be assigned; they need not be assigned there yet.')
param subscriptionIds array = [
  subscription().subscriptionId
]

@description('Whether the identity that makes changes gets its role in this subscription.')
param grantRemediation bool = mode != 'read-only'

@description('Whether to create what calls the app: action group, alert rules, event subscription. They need the deployed code, so the first deployment goes without.')
param connect bool = false

@description('How Azure Monitor calls the app: with the function key, or with key and Entra token.')
@allowed(['function-key', 'secure-webhook'])
param receiver string = 'function-key'

@description('Object id of the app registration that a secure webhook asks a token for.')
param webhookObjectId string = ''

@description('Identifier URI of that app registration.')
param webhookIdentifierUri string = ''

@description('Whether results are posted to the address in the secret RESPONDER-WEBHOOK-URL.')
param webhook bool = true

@description('Address to which results are posted. Empty leaves the secret in the vault alone.')
@secure()
param webhookUrl string = ''

@description('Key that signs results: whsec_ and base64 of 24 to 64 bytes. Empty leaves the secret in the vault alone.')
@secure()
param webhookSecret string = ''

@description('Key that signs decision links, 32 characters or more. Empty leaves the secret in the vault alone.')
@secure()
param approvalSecret string = ''

@description('Further receivers of results, as docs/delivery.md describes them; addresses and keys by urlFrom and secretFrom.')
param targets array = []

@description('Names of the app settings that urlFrom and secretFrom name; each is a secret in the vault.')
param secretSettings array = []

@description('Values of those secrets by the name of the setting. What is left out stays as it is in the vault.')
@secure()
param secretValues object = {}

@description('Whether results are published to an Event Grid topic, too.')
param resultsTopic bool = false

@description('Whether there is a topic whose events reach the function backup_event.')
param eventsTopic bool = false

@description('Object ids of identities that may publish to that topic.')
param eventPublisherIds array = []

@description('Language of reports and pages: English or Korean.')
@allowed(['en', 'ko'])
param language string = 'en'

@description('Zone in which people are told times, a name of the IANA time zone database.')
param timeZone string = 'UTC'

@description('Address under which people reach the app; empty for its own.')
param publicUrl string = ''

@description('Object id of Backup Management Service in your tenant, so that its key vault rights can be told.')
param backupServiceObjectId string = ''

@description('Further app settings as an object, such as RESPONDER_CONCURRENT_INCIDENTS; docs/settings.md lists them.')
param extraSettings object = {}

@description('Application id of the app registration with which people sign in; empty: they use a function key.')
param signInClientId string = ''

@description('Further audiences of tokens, such as the identifier URI of a secure webhook.')
param signInAudiences array = []

@description('Whether storage and key vault are reached over private endpoints alone.')
param privateNetwork bool = false

@description('Address space of that network, /26 or larger.')
param addressSpace string = '10.90.0.0/24'

@description('Who may reach the app, as CIDR ranges or service tags; the services that call it are added. Empty: everybody, who then needs a key.')
param allowedCallers array = []

@description('Version of Python.')
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string = '3.13'

@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances at the most.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that always wait, for HTTP and for Durable each. They cost, and spare the first call a cold start.')
@minValue(0)
param alwaysReadyInstances int = 0

@description('Redundancy of the app\'s storage. Incidents in flight live there.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Where orchestrations live. Never change it with incidents in flight.')
@allowed(['storage', 'scheduler'])
param durableBackend string = 'storage'

@description('Billing of the Durable Task Scheduler.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('Address that takes traces, metrics and logs by OTLP, beside Application Insights. Empty: none.')
param otlpEndpoint string = ''

@description('Whether the host sends telemetry by OpenTelemetry instead of the Application Insights SDK; see docs/observability.md.')
param openTelemetry bool = !empty(otlpEndpoint)

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Days that events are kept that could not be delivered.')
@minValue(1)
param deadLetterDays int = 30

@description('Whether the key vault, once deleted, waits instead of being purged. Cannot be taken back.')
param purgeProtection bool = true

@description('ARM ids of action groups that call people when the app itself is in trouble; five at most.')
@maxLength(5)
param operatorActionGroupIds array = []

@description('ARM id of the workspace that the vaults log to: a second source of failures. Empty: none.')
param vaultLogsWorkspaceId string = ''

@description('Region of that workspace.')
param vaultLogsLocation string = location

var token = uniqueString(subscription().id, environmentName, location)
var allTags = union(tags, {
  'azd-env-name': environmentName
})
var cloud = environment().resourceManager
var resourceManager = endsWith(cloud, '/') ? substring(cloud, 0, length(cloud) - 1) : cloud
var onScheduler = durableBackend == 'scheduler'
var calledByLogs = connect && !empty(vaultLogsWorkspaceId)
var callers = empty(allowedCallers) ? [] : concat(allowedCallers, ['ActionGroup'], eventsTopic ? ['AzureEventGrid'] : [])
var privateParts = [
  {
    group: 'blob'
    zone: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    group: 'queue'
    zone: 'privatelink.queue.${environment().suffixes.storage}'
  }
  {
    group: 'table'
    zone: 'privatelink.table.${environment().suffixes.storage}'
  }
  {
    group: 'vault'
    zone: replace('privatelink${environment().suffixes.keyvaultDns}', 'privatelink.vault.', 'privatelink.vaultcore.')
  }
]

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-backup-responder-${environmentName}'
  location: location
  tags: allTags
}

module identities 'modules/identities.bicep' = {
  name: 'responder-identities'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'responder-monitoring'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    retentionDays: logRetentionDays
    publisherPrincipalId: identities.outputs.diagnosePrincipalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'responder-storage'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    sku: storageSku
    private: privateNetwork
    deadLetterDays: deadLetterDays
    principalId: identities.outputs.diagnosePrincipalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'responder-vault'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    private: privateNetwork
    purgeProtection: purgeProtection
    readerPrincipalId: identities.outputs.diagnosePrincipalId
    workspaceId: monitoring.outputs.workspaceId
    webhookUrl: webhookUrl
    webhookSecret: webhookSecret
    approvalSecret: approvalSecret
    secretSettings: secretSettings
    secretValues: secretValues
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'responder-network'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    addressSpace: addressSpace
  }
}

module privateEndpoints 'modules/private-endpoint.bicep' = [for part in privateParts: if (privateNetwork) {
  name: 'responder-endpoint-${part.group}'
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'pep-responder-${part.group}-${token}'
    targetId: part.group == 'vault' ? vault.outputs.id : storage.outputs.id
    groupId: part.group
    zoneName: part.zone
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointSubnetId
  }
}]

module scheduler 'modules/scheduler.bicep' = if (onScheduler) {
  name: 'responder-scheduler'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    sku: schedulerSku
    hub: 'BackupResponder'
    principalId: identities.outputs.diagnosePrincipalId
  }
}

module app 'modules/app.bicep' = {
  name: 'responder-app'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    serviceName: 'app'
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    packageContainer: storage.outputs.packageContainer
    diagnoseIdentityId: identities.outputs.diagnoseId
    remediateIdentityId: identities.outputs.remediateId
    callers: callers
    subnetId: privateNetwork ? network.outputs.appSubnetId : ''
    workspaceId: monitoring.outputs.workspaceId
  }
  dependsOn: [privateEndpoints]
}

module results 'modules/topic.bicep' = if (resultsTopic) {
  name: 'responder-results'
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'evgt-responder-results-${token}'
    publisherPrincipalIds: [identities.outputs.diagnosePrincipalId]
  }
}

module settings 'modules/settings.bicep' = {
  name: 'responder-settings'
  scope: group
  params: {
    appName: app.outputs.name
    storageAccountName: storage.outputs.name
    vaultName: vault.outputs.name
    applicationInsights: monitoring.outputs.connectionString
    diagnoseClientId: identities.outputs.diagnoseClientId
    remediateClientId: identities.outputs.remediateClientId
    scope: scope
    mode: mode
    language: language
    timeZone: timeZone
    publicUrl: publicUrl
    webhook: webhook
    targets: concat(targets, resultsTopic ? [
      {
        name: 'results-topic'
        format: 'event-grid'
        url: results.outputs.endpoint
      }
    ] : [])
    secretSettings: secretSettings
    backupServiceObjectId: backupServiceObjectId
    resourceManager: resourceManager
    schedulerEndpoint: onScheduler ? scheduler.outputs.endpoint : ''
    schedulerHub: onScheduler ? scheduler.outputs.hub : ''
    signIn: !empty(signInClientId)
    openTelemetry: openTelemetry
    otlpEndpoint: otlpEndpoint
    extra: extraSettings
  }
}

module signIn 'modules/sign-in.bicep' = if (!empty(signInClientId)) {
  name: 'responder-sign-in'
  scope: group
  params: {
    appName: app.outputs.name
    clientId: signInClientId
    audiences: signInAudiences
  }
  dependsOn: [settings]
}

module roles 'modules/roles.bicep' = {
  name: 'responder-roles-${token}'
  params: {
    token: token
    subscriptionIds: subscriptionIds
  }
}

module access 'modules/access.bicep' = if (contains(subscriptionIds, subscription().subscriptionId)) {
  name: 'responder-access-${token}'
  params: {
    diagnosePrincipalId: identities.outputs.diagnosePrincipalId
    remediatePrincipalId: identities.outputs.remediatePrincipalId
    diagnoseRole: roles.outputs.diagnoseRole
    remediateRole: roles.outputs.remediateRole
    grantRemediation: grantRemediation
  }
}

module actionGroup 'modules/action-group.bicep' = if (connect) {
  name: 'responder-action-group'
  scope: group
  params: {
    tags: allTags
    token: token
    appName: app.outputs.name
    receiver: receiver
    webhookObjectId: webhookObjectId
    webhookIdentifierUri: webhookIdentifierUri
  }
}

module alertRule 'modules/alert-rule.bicep' = if (connect && !empty(vaultIds)) {
  name: 'responder-alert-rule'
  scope: group
  params: {
    tags: allTags
    token: token
    vaultIds: vaultIds
    actionGroupId: actionGroup.outputs.id
  }
}

module logAlert 'modules/log-alert.bicep' = if (calledByLogs) {
  name: 'responder-log-alert'
  scope: group
  params: {
    location: vaultLogsLocation
    tags: allTags
    token: token
    workspaceId: vaultLogsWorkspaceId
    actionGroupId: actionGroup.outputs.id
  }
}

module events 'modules/topic.bicep' = if (eventsTopic) {
  name: 'responder-events'
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'evgt-responder-events-${token}'
    publisherPrincipalIds: eventPublisherIds
  }
}

module eventSubscription 'modules/event-subscription.bicep' = if (eventsTopic && connect) {
  name: 'responder-event-subscription'
  scope: group
  params: {
    topicName: events.outputs.name
    topicPrincipalId: events.outputs.principalId
    appId: app.outputs.id
    storageAccountName: storage.outputs.name
    deadLetterContainer: storage.outputs.deadLetterContainer
  }
}

module alerts 'modules/alerts.bicep' = if (!empty(operatorActionGroupIds)) {
  name: 'responder-alerts'
  scope: group
  params: {
    location: location
    tags: allTags
    token: token
    workspaceId: monitoring.outputs.workspaceId
    actionGroupIds: operatorActionGroupIds
    topicId: eventsTopic ? events.outputs.id : ''
  }
}

@description('Name of the resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the function app.')
output RESPONDER_APP_NAME string = app.outputs.name

@description('Address of the pages.')
output RESPONDER_PAGES string = 'https://${app.outputs.hostName}/api/ui'

@description('Name of the key vault that holds the secrets.')
output RESPONDER_KEY_VAULT string = vault.outputs.name

@description('Object id of the identity that reads, for subscription.bicep.')
output RESPONDER_DIAGNOSE_PRINCIPAL_ID string = identities.outputs.diagnosePrincipalId

@description('Object id of the identity that makes changes, for subscription.bicep.')
output RESPONDER_REMEDIATE_PRINCIPAL_ID string = identities.outputs.remediatePrincipalId

@description('Name of the role that reads, for subscription.bicep.')
output RESPONDER_DIAGNOSE_ROLE string = roles.outputs.diagnoseRole

@description('Name of the role that changes, for subscription.bicep.')
output RESPONDER_REMEDIATE_ROLE string = roles.outputs.remediateRole

@description('ARM id of the action group, for subscription.bicep; empty before it is connected.')
output RESPONDER_ACTION_GROUP_ID string = connect ? actionGroup.outputs.id : ''

@description('Address that publishers of alerts post events to; empty without a topic.')
output RESPONDER_EVENTS_ENDPOINT string = eventsTopic ? events.outputs.endpoint : ''
