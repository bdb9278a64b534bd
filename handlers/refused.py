"""A request that is not done: the status, a name for programs, a sentence for people."""

from collections.abc import Sequence
from typing import Any

import azure.functions as func

from handlers.reasons import Reason
from handlers.replies import problem


class Refused(Exception):
    """Why a request is not done. ``incident``: the one that stands in the way; ``reasons``: all that is wrong."""

    def __init__(
        self, status: int, reason: str, text: str, incident: str | None = None, *, reasons: Sequence[Reason] = ()
    ) -> None:
        self.status, self.reason, self.incident, self.reasons = status, reason, incident, tuple(reasons)
        super().__init__(text)

    def answer(self, public_url: str) -> func.HttpResponse:
        """The HTTP answer; with the running incident's address where there is one."""
        more: dict[str, Any] = {"reasons": [reason._asdict() for reason in self.reasons]} if self.reasons else {}
        if self.incident:
            more["incident"] = {"id": self.incident, "statusUrl": f"{public_url}/api/incidents/{self.incident}"}
        return problem(self.status, self.reason, str(self), **more)
