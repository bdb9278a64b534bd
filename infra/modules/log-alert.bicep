// A second source: the vaults' own job log. Rows never travel with the alert, so the dimensions carry what names the job.

@description('Region of the workspace that the vaults log to.')
param location string

@description('Tags of the rule.')
param tags object

@description('Token that makes the name unique.')
param token string

@description('ARM id of the workspace that the vaults log to.')
param workspaceId string

@description('ARM id of the action group that is called.')
param actionGroupId string

var columns = ['ResourceId', 'JobUniqueId', 'JobFailureCode', 'BackupItemUniqueId', 'AdHocOrScheduledJob']
var dimensions = [for name in columns: {
  name: name
  operator: 'Include'
  values: ['*']
}]

resource rule 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'alert-responder-jobs-${token}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Failed backup jobs of virtual machines'
    description: 'Tells Backup Responder of failed backups.'
    enabled: true
    severity: 1
    scopes: [workspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H' // Rows are 20 to 30 minutes late; the app knows a job that it was told of before.
    autoMitigate: false
    criteria: {
      allOf: [
        {
          query: loadTextContent('../queries/failed-backup-jobs.kql')
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: dimensions
          failingPeriods: {
            minFailingPeriodsToAlert: 1
            numberOfEvaluationPeriods: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [actionGroupId]
    }
  }
}
