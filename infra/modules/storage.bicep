// The app's own storage: host, Durable Functions, deployment package, dead letters. Entra tokens alone: no shared keys.

@description('Region of the account.')
param location string

@description('Tags of the account.')
param tags object

@description('Token that makes the name unique.')
param token string

@description('Redundancy. Incidents in flight live here: ZRS outlives the loss of a zone.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param sku string

@description('Whether only private endpoints and trusted Azure services get in.')
param private bool

@description('Days that dead letters are kept.')
@minValue(1)
param deadLetterDays int

@description('Object id of the identity that the app uses for its storage.')
param principalId string

// Microsoft Learn, "Azure Functions: connecting to host storage with an identity", and the same for Durable Functions.
var roles = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: 'stresponder${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled' // Closed by the rules below: Event Grid needs the way for trusted services.
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: private ? 'AzureServices' : 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: account
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = {
  parent: blobs
  name: 'packages'
  properties: {
    publicAccess: 'None'
  }
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = {
  parent: blobs
  name: 'dead-letters'
  properties: {
    publicAccess: 'None'
  }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'forget-dead-letters'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${deadLetters.name}/']
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: deadLetterDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in items(roles): {
  name: guid(account.id, principalId, role.value)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    description: role.key
  }
}]

@description('ARM id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Address of the container that holds the deployed package.')
output packageContainer string = '${account.properties.primaryEndpoints.blob}${packages.name}'

@description('Name of the container for events that could not be delivered.')
output deadLetterContainer string = deadLetters.name
