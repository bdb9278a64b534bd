"""Functions and decorators that Bicep brings, so that a misspelt one is found.

Source: Microsoft Learn, "Bicep functions", by category, and "Bicep parameters", decorators.
"""

_FUNCTIONS = """
    any array cidrHost cidrSubnet parseCidr coalesce concat contains createArray createObject dataUri dataUriToString
    dateTimeAdd dateTimeFromEpoch dateTimeToEpoch deployer deployment empty endsWith environment extensionResourceId
    fail filter first flatten format getSecret groupBy guid indexOf int intersection items join json last lastIndexOf
    length listAccountSas listKeys listSecrets listServiceSas loadDirectoryFileInfo loadFileAsBase64 loadJsonContent
    loadTextContent loadYamlContent managementGroup managementGroupResourceId map mapValues max min newGuid objectKeys
    padLeft pickZones range reduce reference replace resourceGroup resourceId shallowMerge skip sort split startsWith
    string subscription subscriptionResourceId substring take tenant tenantResourceId toLogicalZone toLogicalZones
    toLower toObject toPhysicalZone toPhysicalZones toUpper trim union uniqueString uri uriComponent
    uriComponentToString utcNow bool base64 base64ToJson base64ToString nameof
"""

_DECORATORS = """
    allowed batchSize description discriminator export maxLength maxValue metadata minLength minValue onlyIfNotExists
    retryOn sealed secure waitUntil
"""

FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Every function of the namespaces ``az`` and ``sys``."""

DECORATORS = frozenset(_DECORATORS.split())
"""Every decorator of the namespace ``sys``."""

NAMESPACES = frozenset({"az", "sys"})
"""What may stand before such a function."""
