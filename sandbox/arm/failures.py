"""What the backup service says of a failed job: number, text and recommendations by string code.

A code that is not known has the number 499000; a scenario may set others (``numbers``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.arm.failure_texts import ADVICE, TEXTS

UNKNOWN_NUMBER = 499000
AT_LIMIT = "UserErrorRpCollectionLimitReached"
IN_PROGRESS = "UserErrorBackupOperationInProgress"
COLLECTION_DELETED = "UserErrorRpCollectionDeleted"
CANCELLED = "UserErrorJobSuccessfullyCancelled"
NOT_PROTECTED = "UserErrorBcmDatasourceNotPresent"


@dataclass(frozen=True)
class Failure:
    """One entry of ``errorDetails``."""

    number: int
    code: str
    text: str
    recommendations: tuple[str, ...] = ()


def failure(code: str, numbers: Mapping[str, int], text: str | None = None) -> Failure:
    """The failure of a code; ``numbers`` overrides the number, ``text`` the text."""
    number, usual = TEXTS.get(code, (UNKNOWN_NUMBER, f"The backup failed: {code}."))
    advice = (ADVICE[code],) if code in ADVICE else ()
    return Failure(numbers.get(code, number), code, usual if text is None else text, advice)
