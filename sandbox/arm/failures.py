"""What the backup service says of a failed job: number, text and recommendations by string code.

Numbers are those of public recordings of the service. Where none is public, the sandbox has its own, which start at
499000 and mean nothing outside of it; a scenario may set others (``numbers``).
Texts: Azure Backup, "Troubleshoot Azure VM backup".
"""

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN_NUMBER = 499000
AT_LIMIT = "UserErrorRpCollectionLimitReached"
IN_PROGRESS = "UserErrorBackupOperationInProgress"
COLLECTION_DELETED = "UserErrorRpCollectionDeleted"


@dataclass(frozen=True)
class Failure:
    """One entry of ``errorDetails``."""

    number: int
    code: str
    text: str
    recommendations: tuple[str, ...] = ()


_KNOWN = {
    failure.code: failure
    for failure in (
        Failure(
            499001,
            AT_LIMIT,
            "The Restore Point collection max limit has reached.",
            ("Check whether a lock prevents the deletion of restore points in the restore point resource group.",),
        ),
        Failure(
            499002,
            IN_PROGRESS,
            "Unable to initiate backup as another backup operation is currently in progress.",
            ("Wait for the running backup job to end, then start the backup again.",),
        ),
        Failure(
            400288,
            COLLECTION_DELETED,
            "The restore point collection was deleted while the backup was running.",
            ("Start the backup again; a new restore point collection is made.",),
        ),
        Failure(
            400196,
            "UserErrorGuestAgentStatusUnavailable",
            "VM agent is unable to communicate with the Azure Backup Service.",
            ("Ensure that the VM agent is installed, up to date and running.",),
        ),
        Failure(
            400002,
            "BackUpOperationFailed",
            "Backup failed due to an internal error.",
            ("Retry the backup operation.",),
        ),
        Failure(
            499003,
            "BackUpOperationFailedV2",
            "Backup failed due to an internal error.",
            ("Retry the backup operation after a few minutes.",),
        ),
    )
}


def failure(code: str, numbers: Mapping[str, int]) -> Failure:
    """The failure of a code; ``numbers`` overrides the number."""
    known = _KNOWN.get(code, Failure(UNKNOWN_NUMBER, code, f"The backup failed: {code}."))
    return Failure(numbers.get(code, known.number), known.code, known.text, known.recommendations)
