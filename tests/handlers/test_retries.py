"""Ad hoc backups that Azure does not let the app start: the retry says so, and does not stay as merely asked for."""

from typing import Any

import pytest

from handlers.entities import Grant
from handlers.hops import StepFailedError
from handlers.messages import Answer, Trouble
from handlers.retries import Retries
from responder.wire import record
from tests.handlers.flows import FakeContext, Task, drive, hops, quiet
from tests.handlers.test_runbook import BACKUP, SUBJECT, diagnosis


@pytest.mark.parametrize(
    "kind, state",
    [("Forbidden", "refused"), ("Rejected", "refused"), ("Unavailable", "unclear"), ("Unexpected", "unclear")],
)
def test_a_backup_that_could_not_be_started_says_why(kind: str, state: str) -> None:
    def answer(task: Task) -> Any:
        if task.kind == "entity":
            return record(Grant())
        return record(Answer(trouble=Trouble(kind=kind, text="not today")))

    context = FakeContext()
    way = hops(context)
    with pytest.raises(StepFailedError):
        drive(context, Retries(way, quiet(way), diagnosis(BACKUP)).back_up(BACKUP, SUBJECT), answer)
    (retry,) = way.story.incident.retries
    assert (retry.state, retry.message) == (state, "not today")
    assert retry.ended_at == context.current_utc_datetime
