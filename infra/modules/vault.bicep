// Secrets of the app, read by Key Vault references. What is not given stays as it is in the vault.

@description('Region of the vault.')
param location string

@description('Tags of the vault.')
param tags object

@description('Token that makes the name unique.')
param token string

@description('Whether only private endpoints get in.')
param private bool

@description('Whether a deleted vault waits for its days instead of being purged. Cannot be taken back.')
param purgeProtection bool

@description('Object id of the identity that reads the secrets.')
param readerPrincipalId string

@description('ARM id of the workspace that gets the audit log.')
param workspaceId string

@description('Address to which results are posted; empty leaves the secret alone.')
@secure()
param webhookUrl string

@description('Key that signs results; empty leaves the secret alone.')
@secure()
param webhookSecret string

@description('Key that signs decision links; empty leaves the secret alone.')
@secure()
param approvalSecret string

@description('Names of further app settings whose values are secrets, such as OPS_TEAMS_URL.')
param secretSettings array

@description('Value of each further secret, by the name of its setting; what is left out stays alone.')
@secure()
param secretValues object

// Microsoft Learn, "Azure built-in roles": Key Vault Secrets User.
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'kv-resp-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: purgeProtection ? true : null
    softDeleteRetentionInDays: 7
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

resource webhookUrlSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(webhookUrl)) {
  parent: vault
  name: 'RESPONDER-WEBHOOK-URL'
  properties: {
    value: webhookUrl
  }
}

resource webhookKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(webhookSecret)) {
  parent: vault
  name: 'RESPONDER-WEBHOOK-SECRET'
  properties: {
    value: webhookSecret
  }
}

resource approvalKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(approvalSecret)) {
  parent: vault
  name: 'RESPONDER-APPROVAL-SECRET'
  properties: {
    value: approvalSecret
  }
}

resource further 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = [for name in secretSettings: if (contains(secretValues, name)) {
  parent: vault
  name: replace(name, '_', '-')
  properties: {
    value: secretValues[name]
  }
}]

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, readerPrincipalId, secretsUser)
  scope: vault
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('ARM id of the vault.')
output id string = vault.id

@description('Name of the vault, for Key Vault references.')
output name string = vault.name
