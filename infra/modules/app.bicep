// The function app on a Flex Consumption plan. Its settings are in settings.bicep.

@description('Region of plan and app.')
param location string

@description('Tags of plan and app.')
param tags object

@description('Token that makes the names unique.')
param token string

@description('Name of the service in azure.yaml, by which azd finds the app.')
param serviceName string

@description('Version of Python.')
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string

@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Instances at the most.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances that always wait, for HTTP and for Durable each. 0: the first call of a quiet time starts one.')
@minValue(0)
param alwaysReadyInstances int

@description('Address of the container that holds the deployed package.')
param packageContainer string

@description('ARM id of the identity that reads, and that serves the app itself.')
param diagnoseIdentityId string

@description('ARM id of the identity that makes changes.')
param remediateIdentityId string

@description('ARM id of the subnet that the app leaves through; empty without a network.')
param subnetId string

@description('Who may reach the app, as CIDR ranges or service tags; empty: everybody.')
param callers array

@description('ARM id of the workspace that gets the logs.')
param workspaceId string

var alwaysReady = [
  {
    name: 'http'
    instanceCount: alwaysReadyInstances
  }
  {
    name: 'durable'
    instanceCount: alwaysReadyInstances
  }
]

var restrictions = [for (caller, index) in callers: {
  name: 'caller-${index}'
  priority: 100 + index
  action: 'Allow'
  ipAddress: caller
  tag: contains(caller, '/') ? 'Default' : 'ServiceTag'
}]

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-responder-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true // Linux
  }
}

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-responder-${token}'
  location: location
  tags: union(tags, {
    'azd-service-name': serviceName
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${diagnoseIdentityId}': {}
      '${remediateIdentityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: diagnoseIdentityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      ipSecurityRestrictions: restrictions
      ipSecurityRestrictionsDefaultAction: empty(callers) ? 'Allow' : 'Deny'
      scmIpSecurityRestrictionsUseMain: false // Whoever deploys comes with an Entra token, from anywhere.
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainer
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: diagnoseIdentityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances > 0 ? alwaysReady : []
      }
    }
  }
}

resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: site
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: site
  name: 'scm'
  properties: {
    allow: false
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: site
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
      {
        category: 'AppServiceAuthenticationLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('ARM id of the app.')
output id string = site.id

@description('Name of the app.')
output name string = site.name

@description('Host name of the app.')
output hostName string = site.properties.defaultHostName
