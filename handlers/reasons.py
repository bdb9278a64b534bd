"""What is wrong with a request: the field, what it holds, and what to send instead; never the first mistake alone."""

from typing import NamedTuple


class Reason(NamedTuple):
    """One thing that is wrong with a request."""

    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message} {self.remedy}"
