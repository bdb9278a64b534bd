// A custom topic for CloudEvents that takes Entra tokens alone, and who may publish to it.

@description('Region of the topic.')
param location string

@description('Tags of the topic.')
param tags object

@description('Name of the topic.')
param name string

@description('Object ids of identities that may publish.')
param publisherPrincipalIds array

// Microsoft Learn, "Azure built-in roles": EventGrid Data Sender.
var dataSender = 'd5a91429-5739-47e2-a06b-3470a27159e7'

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource publishers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for id in publisherPrincipalIds: {
  name: guid(topic.id, id, dataSender)
  scope: topic
  properties: {
    principalId: id
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
  }
}]

@description('ARM id of the topic.')
output id string = topic.id

@description('Name of the topic.')
output name string = topic.name

@description('Address to publish to.')
output endpoint string = topic.properties.endpoint

@description('Object id of the topic\'s own identity, which writes dead letters.')
output principalId string = topic.identity.principalId
