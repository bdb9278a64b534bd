// People sign in with Entra ID. Callers without a token still pass: function keys, and the app itself, stop them.

@description('Name of the function app.')
param appName string

@description('Application id of the app registration.')
param clientId string

@description('Further audiences that tokens may name, such as the identifier URI that a secure webhook uses.')
param audiences array

resource site 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource auth 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: union([clientId, 'api://${clientId}'], audiences)
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}
