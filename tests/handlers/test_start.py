"""One failed job, one incident, also when another instance of the app was faster."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers.durable import DurableOrchestrationClient
from handlers.start import open_incident
from responder.settings import Settings
from tests.handlers.flows import FAILURE

APP = cast("Settings", SimpleNamespace(concurrent_incidents=5, starts_per_hour=250, job_reads_per_hour=60))


class FakeClient:
    """A durable client for which the first look is out of date."""

    def __init__(self, *, exists_after_all: bool) -> None:
        self._looks = iter([None, SimpleNamespace() if exists_after_all else None])
        self.started = 0

    async def get_status(self, _: str, **__: object) -> Any:
        return next(self._looks)

    async def start_new(self, *_: object) -> None:
        self.started += 1
        raise Exception("An Orchestration instance with the status Running already exists.")  # noqa: TRY002  as the SDK


async def test_an_incident_that_another_instance_has_just_started_is_a_success() -> None:
    client = FakeClient(exists_after_all=True)
    opened = await open_incident(cast("DurableOrchestrationClient", client), FAILURE, APP)
    assert opened.id.startswith("inc-")
    assert (opened.ignored, client.started) == (None, 1)


async def test_a_start_that_failed_for_another_reason_is_not_accepted() -> None:
    client = FakeClient(exists_after_all=False)
    with pytest.raises(Exception, match="already exists"):
        await open_incident(cast("DurableOrchestrationClient", client), FAILURE, APP)
