"""What one incident costs: the import that every new instance pays for, and the calls to Azure Resource Manager."""
