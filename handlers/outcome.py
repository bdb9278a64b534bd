"""How a step ends the whole incident."""

from responder.incident import Outcome


class Ended(Exception):
    """The incident has its outcome, with a named reason and a sentence for people."""

    def __init__(self, outcome: Outcome, reason: str | None, summary: str) -> None:
        self.outcome, self.reason, self.summary = outcome, reason, summary
        super().__init__(summary)


class ChangeFailed(Ended):
    """A change was tried and did not work; another fix may."""

    def __init__(self, summary: str) -> None:
        super().__init__(Outcome.NEEDS_HUMAN, "ChangeFailed", summary)


def needs_human(reason: str, summary: str) -> Ended:
    """The app may not, or cannot, do more: a person is asked."""
    return Ended(Outcome.NEEDS_HUMAN, reason, summary)
