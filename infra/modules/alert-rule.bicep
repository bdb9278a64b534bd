// Built-in alerts have no action group of their own: this rule adds one to the Backup Failure alerts of chosen vaults.

@description('Tags of the rule.')
param tags object

@description('Token that makes the name unique.')
param token string

@description('ARM ids of the vaults; they lie in the subscription of the rule.')
param vaultIds array

@description('ARM id of the action group that is called.')
param actionGroupId string

resource rule 'Microsoft.AlertsManagement/actionRules@2021-08-08' = {
  name: 'apr-responder-${token}'
  location: 'Global'
  tags: tags
  properties: {
    description: 'Tells Backup Responder of failed backups.'
    enabled: true
    scopes: vaultIds
    conditions: [
      {
        field: 'TargetResourceType'
        operator: 'Equals'
        values: ['microsoft.recoveryservices/vaults']
      }
      {
        field: 'AlertRuleName'
        operator: 'Equals'
        values: ['Backup Failure']
      }
      {
        field: 'MonitorCondition'
        operator: 'Equals'
        values: ['Fired']
      }
    ]
    actions: [
      {
        actionType: 'AddActionGroups'
        actionGroupIds: [actionGroupId]
      }
    ]
  }
}
