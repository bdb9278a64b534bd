// A network of the app's own: one subnet that the app leaves through, one with the private endpoints, and their DNS zones.

@description('Region of network and endpoints.')
param location string

@description('Tags of all of them.')
param tags object

@description('Token that makes the names unique.')
param token string

@description('Address space of the network, /26 or larger.')
param addressSpace string

resource network 'Microsoft.Network/virtualNetworks@2025-07-01' = {
  name: 'vnet-responder-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressSpace]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 27, 0)
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 27, 1)
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

@description('ARM id of the network.')
output networkId string = network.id

@description('ARM id of the subnet that the app leaves through.')
output appSubnetId string = '${network.id}/subnets/app'

@description('ARM id of the subnet of the private endpoints.')
output endpointSubnetId string = '${network.id}/subnets/endpoints'
