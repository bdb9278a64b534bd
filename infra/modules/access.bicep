// What the two identities may do in one subscription: one reads, the other changes, neither does both.
targetScope = 'subscription'

@description('Object id of the identity that reads.')
param diagnosePrincipalId string

@description('Object id of the identity that makes changes.')
param remediatePrincipalId string

@description('Name (a GUID) of the role that reads.')
param diagnoseRole string

@description('Name (a GUID) of the role that changes.')
param remediateRole string

@description('Whether the app may make changes here at all.')
param grantRemediation bool

resource diagnose 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, diagnosePrincipalId, diagnoseRole)
  properties: {
    principalId: diagnosePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', diagnoseRole)
    description: 'Backup Responder looks for the cause of failed backups.'
  }
}

// AzureBackupRG_* groups appear later, by the service's own hand: a narrower scope than the subscription would miss them.
resource remediate 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (grantRemediation) {
  name: guid(subscription().id, remediatePrincipalId, remediateRole)
  properties: {
    principalId: remediatePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', remediateRole)
    description: 'Backup Responder repairs what its laws allow.'
  }
}
