// Who watches the watcher: rules on the app itself. They call people, never the app.

@description('Region of the workspace.')
param location string

@description('Tags of the rules.')
param tags object

@description('Token that makes the names unique.')
param token string

@description('ARM id of the app\'s workspace.')
param workspaceId string

@description('ARM ids of the action groups that call people; at most five.')
@maxLength(5)
param actionGroupIds array

@description('ARM id of the topic whose dead letters are counted; empty without a topic.')
param topicId string

// Each query returns rows only where something is wrong.
var rules = [
  {
    name: 'sweep-silent'
    about: 'The app has not swept for an hour: it does not run, does not start, or cannot reach its storage.'
    query: loadTextContent('../queries/sweep-silent.kql')
    severity: 1
    window: 'PT1H'
  }
  {
    name: 'functions-failing'
    about: 'Functions of the app fail again and again.'
    query: loadTextContent('../queries/functions-failing.kql')
    severity: 2
    window: 'PT30M'
  }
  {
    name: 'alerts-not-stored'
    about: 'The app could not store failures that it was told of; senders come again, and the sweep looks by itself.'
    query: loadTextContent('../queries/alerts-not-stored.kql')
    severity: 1
    window: 'PT15M'
  }
  {
    name: 'sweep-degraded'
    about: 'The sweep cannot look as it should: Resource Graph or a vault refuses, or a run hangs.'
    query: loadTextContent('../queries/sweep-degraded.kql')
    severity: 2
    window: 'PT1H'
  }
  {
    name: 'incident-stuck'
    about: 'Open incidents gave no sign of life for three hours, nor after what they wait for.'
    query: loadTextContent('../queries/incident-stuck.kql')
    severity: 2
    window: 'P2D'
  }
  {
    name: 'delivery-failing'
    about: 'Results, digests or requests for a decision were given up or refused, or a receiver takes none.'
    query: loadTextContent('../queries/delivery-failing.kql')
    severity: 2
    window: 'PT1H'
  }
]

resource watch 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [for rule in rules: {
  name: 'alert-responder-${rule.name}-${token}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Backup Responder: ${rule.name}'
    description: rule.about
    enabled: true
    severity: rule.severity
    scopes: [workspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: rule.window
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            minFailingPeriodsToAlert: 1
            numberOfEvaluationPeriods: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: actionGroupIds
    }
  }
}]

resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = if (!empty(topicId)) {
  name: 'alert-responder-dead-letters-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Events did not reach the app for a day and lie in the container dead-letters.'
    enabled: true
    severity: 1
    scopes: [topicId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-letters'
          metricNamespace: 'Microsoft.EventGrid/topics'
          metricName: 'DeadLetteredCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [for id in actionGroupIds: {
      actionGroupId: id
    }]
  }
}
