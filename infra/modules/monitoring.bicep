// Logs and telemetry of the app: a workspace, and Application Insights on top of it that takes Entra tokens alone.

@description('Region of workspace and component.')
param location string

@description('Tags of workspace and component.')
param tags object

@description('Token that makes the names unique.')
param token string

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Object id of the identity that sends telemetry.')
param publisherPrincipalId string

// Microsoft Learn, "Azure built-in roles": Monitoring Metrics Publisher.
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-responder-${token}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-responder-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

// The queries of infra/queries/reports as one picture of the app. A workbook's name is a GUID.
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspace.id, 'backup-responder')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Backup Responder'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspace.id
    serializedData: loadTextContent('../workbook/workbook.json')
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, publisherPrincipalId, metricsPublisher)
  scope: component
  properties: {
    principalId: publisherPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

@description('ARM id of the workspace.')
output workspaceId string = workspace.id

@description('Connection string of Application Insights; no secret, as local authentication is off.')
output connectionString string = component.properties.ConnectionString
