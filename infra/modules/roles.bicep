// The two custom roles, as the files in infra/roles say, assignable in the subscriptions in scope alone.
targetScope = 'subscription'

@description('Token that makes names unique: a role name exists once in a tenant.')
param token string

@description('Ids of the subscriptions in which the roles may be assigned.')
param subscriptionIds array

var files = {
  diagnose: loadJsonContent('../roles/diagnose.json')
  remediate: loadJsonContent('../roles/remediate.json')
}

resource diagnose 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, token, 'diagnose')
  properties: {
    roleName: '${files.diagnose.Name} (${token})'
    description: files.diagnose.Description
    type: 'CustomRole'
    assignableScopes: [for id in subscriptionIds: '/subscriptions/${id}']
    permissions: [
      {
        actions: files.diagnose.Actions
        notActions: files.diagnose.NotActions
        dataActions: files.diagnose.DataActions
        notDataActions: files.diagnose.NotDataActions
      }
    ]
  }
}

resource remediate 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, token, 'remediate')
  properties: {
    roleName: '${files.remediate.Name} (${token})'
    description: files.remediate.Description
    type: 'CustomRole'
    assignableScopes: [for id in subscriptionIds: '/subscriptions/${id}']
    permissions: [
      {
        actions: files.remediate.Actions
        notActions: files.remediate.NotActions
        dataActions: files.remediate.DataActions
        notDataActions: files.remediate.NotDataActions
      }
    ]
  }
}

@description('Name (a GUID) of the role that reads; the same in every subscription where it may be assigned.')
output diagnoseRole string = diagnose.name

@description('Name (a GUID) of the role that changes.')
output remediateRole string = remediate.name
