// One private endpoint, its DNS zone, and the zone's link to the network.

@description('Region of the endpoint.')
param location string

@description('Tags of endpoint and zone.')
param tags object

@description('Name of the endpoint.')
param name string

@description('ARM id of what the endpoint leads to.')
param targetId string

@description('Which part of the target: blob, queue, table or vault.')
@allowed(['blob', 'queue', 'table', 'vault'])
param groupId string

@description('Private DNS zone of that part.')
param zoneName string

@description('ARM id of the network whose names are resolved.')
param networkId string

@description('ARM id of the subnet of the endpoint.')
param subnetId string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: 'responder'
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: networkId
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: groupId
        properties: {
          privateLinkServiceId: targetId
          groupIds: [groupId]
        }
      }
    ]
  }
}

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: groupId
        properties: {
          privateDnsZoneId: zone.id
        }
      }
    ]
  }
}
