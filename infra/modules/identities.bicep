// Two identities of one app: what looks cannot change anything, what changes is used for changes alone.

@description('Region of the identities.')
param location string

@description('Tags of the identities.')
param tags object

@description('Token that makes the names unique.')
param token string

resource diagnose 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-responder-diagnose-${token}'
  location: location
  tags: tags
}

resource remediate 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-responder-remediate-${token}'
  location: location
  tags: tags
}

@description('ARM id of the identity that reads, and that serves the app itself: storage, secrets, telemetry, results.')
output diagnoseId string = diagnose.id

@description('Client id of the same identity, for RESPONDER_CLIENT_ID.')
output diagnoseClientId string = diagnose.properties.clientId

@description('Object id of the same identity, for role assignments.')
output diagnosePrincipalId string = diagnose.properties.principalId

@description('ARM id of the identity that makes changes.')
output remediateId string = remediate.id

@description('Client id of the same identity, for RESPONDER_REMEDIATE_CLIENT_ID.')
output remediateClientId string = remediate.properties.clientId

@description('Object id of the same identity, for role assignments.')
output remediatePrincipalId string = remediate.properties.principalId
