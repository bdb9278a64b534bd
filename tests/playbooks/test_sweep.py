"""What the sweep sees of a simulated world: through Resource Graph, and through job lists where that is closed."""

from datetime import timedelta
from typing import Any

import pytest

from playbooks import sweep
from playbooks.sweep import Look, Page, Way
from responder.azure.gateway import Gateway
from responder.ids import same
from tests.playbooks.conftest import Lab, MakeLab

NO_GRAPH = {"rbac": {"deny": ["Microsoft.ResourceGraph/resources/read"]}}


def look(here: Lab, hours: float = 24, **more: Any) -> tuple[Page, Look]:
    now = here.clock.now()
    ask = Look(now=now, since=now - timedelta(hours=hours), **more)
    return sweep.look(Gateway(here.settings), here.settings, ask), ask


@pytest.mark.parametrize("world, way", [({}, Way.GRAPH), (NO_GRAPH, Way.LISTS)])
def test_a_failed_job_is_seen_as_its_alert_would_tell_it(lab: MakeLab, world: dict[str, Any], way: Way) -> None:
    here = lab(**world)
    told, (page, ask) = here.failure, look(here)
    (seen,) = page.failures
    assert (seen.source, seen.vault_id, seen.job_id) == ("sweep", told.vault_id, told.job_id)
    assert same(seen.item_id, told.item_id)
    assert same(seen.vm_id, told.vm_id)
    assert (page.way, page.token, page.seen_until, page.unread) == (way, None, ask.now, [])
    assert ("Microsoft.ResourceGraph/resources/read" in (page.why or "")) is bool(world)
