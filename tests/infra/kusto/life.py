"""An incident whose lines are written by the app's own logbook."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from handlers.logbook import Logbook
from handlers.story import Story
from responder.incident import Outcome, PlaybookRef, Reported
from tests.handlers.flows import FAILURE
from tests.infra.kusto.rows import Journal

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


def after(**span: float) -> datetime:
    """A moment later than the start."""
    return START + timedelta(**span)


class Life:
    """An incident whose lines are written by the app's own logbook."""

    def __init__(self, journal: Journal, name: str = "inc-1", code: str | None = None) -> None:
        self.story = Story(name, FAILURE, START)
        if code:
            book = PlaybookRef(code=code, title="t", url="u", section="s")
            self.story.incident = replace(self.story.incident, playbooks=[book])
        self._journal, self._book = journal, Logbook()
        self.follow(0)

    def follow(self, hours: float) -> None:
        self._book.follow(self.story.incident, after(hours=hours), replaying=False)
        self._journal.at(after(hours=hours))

    def wait(self, hours: float, until: float | None, name: str = "backing-off") -> None:
        end = None if until is None else after(hours=until)
        self.story.wait(name, "rest", after(hours=hours), end)
        self.follow(hours)

    def end(self, hours: float, outcome: Outcome = Outcome.RESOLVED) -> None:
        self.story.end(outcome, None, "fine", after(hours=hours))
        self.follow(hours)

    def arrive(self, hours: float, state: str = "delivered") -> None:
        reported = Reported(state=state, attempts=1, at=after(hours=hours), target="ops")
        self.story.reported(reported, [reported])
        self.follow(hours)
