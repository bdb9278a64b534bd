// A further subscription: what the app may do there, and the rule that tells it of failed backups there.
// The app itself, its identities and its roles come from main.bicep; its outputs are the parameters here.
targetScope = 'subscription'

@description('Object id of the identity that reads: output RESPONDER_DIAGNOSE_PRINCIPAL_ID of main.bicep.')
param diagnosePrincipalId string

@description('Object id of the identity that makes changes: output RESPONDER_REMEDIATE_PRINCIPAL_ID.')
param remediatePrincipalId string

@description('Name of the role that reads: output RESPONDER_DIAGNOSE_ROLE. This subscription must be among subscriptionIds of main.bicep.')
param diagnoseRole string

@description('Name of the role that changes: output RESPONDER_REMEDIATE_ROLE.')
param remediateRole string

@description('Whether the identity that makes changes gets its role here.')
param grantRemediation bool = false

@description('ARM ids of the vaults of this subscription whose Backup Failure alerts call the app. None: no rule is created.')
param vaultIds array = []

@description('ARM id of the action group: output RESPONDER_ACTION_GROUP_ID.')
param actionGroupId string = ''

@description('Existing resource group of this subscription that holds the rule; needed with vaultIds.')
param ruleResourceGroup string = ''

@description('Tags of the rule.')
param tags object = {}

module access 'modules/access.bicep' = {
  name: 'responder-access-${uniqueString(diagnosePrincipalId)}'
  params: {
    diagnosePrincipalId: diagnosePrincipalId
    remediatePrincipalId: remediatePrincipalId
    diagnoseRole: diagnoseRole
    remediateRole: remediateRole
    grantRemediation: grantRemediation
  }
}

module alertRule 'modules/alert-rule.bicep' = if (!empty(vaultIds) && !empty(actionGroupId)) {
  name: 'responder-alert-rule'
  scope: resourceGroup(empty(ruleResourceGroup) ? 'none' : ruleResourceGroup) // A name must stand here even without a rule.
  params: {
    tags: tags
    token: uniqueString(subscription().id, diagnosePrincipalId)
    vaultIds: vaultIds
    actionGroupId: actionGroupId
  }
}
