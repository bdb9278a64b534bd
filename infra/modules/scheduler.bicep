// Durable Task Scheduler: where orchestrations live if not in the storage account.

@description('Region of the scheduler.')
param location string

@description('Tags of the scheduler.')
param tags object

@description('Token that makes the name unique.')
param token string

@description('Kind of billing.')
@allowed(['Consumption', 'Dedicated'])
param sku string

@description('Name of the task hub.')
param hub string

@description('Object id of the identity that works with the hub.')
param principalId string

// Microsoft Learn, "Azure built-in roles": Durable Task Data Contributor.
var dataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: 'dts-responder-${token}'
  location: location
  tags: tags
  properties: {
    ipAllowlist: ['0.0.0.0/0'] // Who comes in needs a token and the role below; an empty list lets nobody in.
    sku: {
      name: sku
    }
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' = {
  parent: scheduler
  name: hub
  properties: {}
}

resource worker 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler.id, principalId, dataContributor)
  scope: scheduler
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataContributor)
  }
}

@description('Address of the scheduler.')
output endpoint string = scheduler.properties.endpoint

@description('Name of the task hub.')
output hub string = taskHub.name
