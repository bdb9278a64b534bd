// Events of the topic go to the function backup_event; what cannot be delivered goes to a container.

@description('Name of the topic.')
param topicName string

@description('Object id of the topic\'s identity.')
param topicPrincipalId string

@description('ARM id of the function app.')
param appId string

@description('Name of the storage account.')
param storageAccountName string

@description('Name of the container for dead letters.')
param deadLetterContainer string

// Microsoft Learn, "Azure built-in roles": Storage Blob Data Contributor.
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topicName
}

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource container 'containers' existing = {
      name: deadLetterContainer
    }
  }
}

resource writer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::container.id, topicPrincipalId, blobContributor)
  scope: account::blobs::container
  properties: {
    principalId: topicPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}

resource subscriber 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'backup-responder'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: '${appId}/functions/backup_event'
        maxEventsPerBatch: 1 // One event that fails makes its whole batch come again.
      }
    }
    retryPolicy: {
      eventTimeToLiveInMinutes: 1440
      maxDeliveryAttempts: 30
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: account.id
          blobContainerName: deadLetterContainer
        }
      }
    }
  }
  dependsOn: [writer]
}
