"""The gateway to Azure Resource Manager over the azure-mgmt SDKs: vaults, locks, restore points, machines."""
