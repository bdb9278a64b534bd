// Who is called when a backup fails: the app, with a key of that one function; with Entra ID on top as a secure webhook.

@description('Tags of the action group.')
param tags object

@description('Token that makes the name unique.')
param token string

@description('Name of the function app.')
param appName string

@description('How Azure Monitor calls the app: with the function key, or with key and Entra token.')
@allowed(['function-key', 'secure-webhook'])
param receiver string

@description('Object id of the app registration that a secure webhook asks a token for.')
param webhookObjectId string

@description('Identifier URI of that app registration, such as api://<application id>.')
param webhookIdentifierUri string

resource site 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

// A key of its own, which opens nothing but this function and can be rotated alone: deploy again afterwards.
var address = 'https://${site.properties.defaultHostName}/api/alerts?code=${listKeys('${site.id}/functions/receive_alert', '2024-11-01').default}'

var byKey = [
  {
    name: 'backup-responder'
    functionAppResourceId: site.id
    functionName: 'receive_alert'
    httpTriggerUrl: address
    useCommonAlertSchema: true
  }
]

var byToken = [
  {
    name: 'backup-responder'
    serviceUri: address
    useCommonAlertSchema: true
    useAadAuth: true
    objectId: webhookObjectId
    identifierUri: webhookIdentifierUri
    tenantId: tenant().tenantId
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-responder-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'BackupResp'
    enabled: true
    azureFunctionReceivers: receiver == 'function-key' ? byKey : []
    webhookReceivers: receiver == 'secure-webhook' ? byToken : []
  }
}

@description('ARM id of the action group.')
output id string = group.id
