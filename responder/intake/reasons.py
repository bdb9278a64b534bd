"""The names under which intake says why a part of a body opens no incident, or opens one that nobody can work on."""

# Ignored: understood, and nothing is to be done.
RESOLVED = "Resolved"
HEALTHY = "Healthy"
JOB_NOT_FAILED = "JobNotFailed"
NOT_A_BACKUP = "NotABackup"
NOT_A_JOB = "NotAJob"
RESTORE_FAILURE = "RestoreFailure"
SECURITY_ALERT = "SecurityAlert"
RESOURCE_EVENT = "ResourceEvent"
OWN_REPORT = "OwnReport"
SUBSCRIPTION_VALIDATION = "SubscriptionValidation"

# Accepted and skipped: the incident is recorded, the app repairs Azure VMs alone.
NOT_A_VIRTUAL_MACHINE = "NotAVirtualMachine"

# Accepted and unrecognised: a person has to look.
CONTRADICTORY_VAULT = "ContradictoryVault"
CONTRADICTORY_JOB = "ContradictoryJob"
CONTRADICTORY_ITEM = "ContradictoryItem"
NO_VAULT = "NoVault"
NO_JOB = "NoJob"
NO_TIME = "NoTime"
NO_DIMENSIONS = "NoDimensions"
NO_SEARCH_RESULTS = "NoSearchResults"
OTHER_ALERT = "OtherAlert"
TOO_MANY_UNKNOWN = "TooManyUnknown"
