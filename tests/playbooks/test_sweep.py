"""What the sweep sees of a simulated world: through Resource Graph, and through job lists where that is closed."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from playbooks import sweep
from playbooks.sweep import Look, Page, Way
from responder.azure import fleet
from responder.azure.gateway import Gateway
from responder.errors import Throttled
from responder.ids import same
from tests.playbooks.conftest import Lab, MakeLab

GRAPH = "POST */providers/Microsoft.ResourceGraph/resources"
SAME_SUBSCRIPTION = {"vault": {"name": "rsv-test-weu-02", "group": "rg-backup-test-weu"}, "vm": {"group": "rg-test"}}
OTHER_SUBSCRIPTION = {"subscription": "0d9f5c1e-3b7a-4f68-8f0e-52a6d7c1b934"}
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


@pytest.mark.parametrize("world, way", [({}, Way.GRAPH), (NO_GRAPH, Way.LISTS)])
def test_only_failed_backups_of_vms_that_ended_since_are_seen(lab: MakeLab, world: dict[str, Any], way: Way) -> None:
    more = [{"hours_ago": 5, "minutes": 30}, {"hours_ago": 5, "minutes": 90}, {"vm": "vm-app-011", "hours_ago": 3}]
    past = [{"hours_ago": 2, "as": "Completed"}, {"hours_ago": 2.5, "as": "Cancelled"}]
    here = lab(**world, more_failed_jobs=more, past_jobs=past, sql_item=True, running_job={"minutes_ago": 10})
    page, _ = look(here, hours=4)
    ended = sorted(job.ends for job in here.cloud.world.jobs if job.final == "Failed" and not job.workload)
    assert page.way is way
    assert len(page.failures) == len([at for at in ended if at >= here.clock.now() - timedelta(hours=4)]) == 2
    assert len({failure.item_id for failure in page.failures}) == 2


def test_pages_follow_each_other_by_the_end_of_the_jobs(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "PAGE", 2)
    here = lab(more_failed_jobs=[{"hours_ago": hours} for hours in (9, 3, 7, 5)])
    token, seen, moments = None, list[str | None](), list[Any]()
    while True:
        page, ask = look(here, token=token)
        seen += [failure.job_id for failure in page.failures]
        moments.append(page.seen_until)
        token = page.token
        if token is None:
            break
    jobs = sorted((job for job in here.cloud.world.jobs if job.final == "Failed"), key=lambda job: job.ends)
    assert seen == [job.id for job in jobs]
    assert moments[:-1] == [jobs[1].ends, jobs[3].ends]
    assert moments[-1] == ask.now


def test_nothing_in_scope_is_nothing_seen_and_nothing_asked(lab: MakeLab) -> None:
    here = lab()
    here.settings = replace(here.settings, scope=())
    page, ask = look(here)
    assert (page.failures, page.seen_until) == ([], ask.now)
    assert here.cloud.calls == []


@pytest.mark.parametrize("world", [{}, NO_GRAPH])
def test_a_vault_outside_of_the_scope_is_not_seen(lab: MakeLab, world: dict[str, Any]) -> None:
    here = lab(**world)
    here.settings = replace(here.settings, scope=(f"{here.settings.scope[0]}/resourceGroups/other",))
    page, _ = look(here)
    assert page.failures == []


def test_all_vaults_of_all_subscriptions_are_seen_in_one_question(lab: MakeLab) -> None:
    page, _ = look(here := lab(SAME_SUBSCRIPTION, OTHER_SUBSCRIPTION))
    assert len({failure.vault_id for failure in page.failures}) == 3
    assert sum(here.cloud.counts.values()) == 1


def test_job_lists_are_read_in_lots_of_vaults(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_VAULTS", 2)
    here = lab(SAME_SUBSCRIPTION, OTHER_SUBSCRIPTION, **NO_GRAPH)
    first, _ = look(here)
    assert (len(first.failures), first.seen_until, bool(first.token)) == (2, None, True)
    last, ask = look(here, token=first.token)
    assert (len(last.failures), last.seen_until, last.token) == (1, ask.now, None)
    assert len({failure.vault_id for failure in first.failures + last.failures}) == 3


def test_job_lists_are_left_alone_for_a_while(lab: MakeLab) -> None:
    here = lab(**NO_GRAPH)
    page, _ = look(here, listed_at=here.clock.now() - timedelta(minutes=13))
    assert (page.too_early, page.seen_until, page.failures) == (True, None, [])
    assert not any(call.endswith("/backupJobs") for call in here.cloud.counts)
    page, ask = look(here, listed_at=here.clock.now() - timedelta(minutes=15))
    assert (page.too_early, page.seen_until, len(page.failures)) == (False, ask.now, 1)


def test_a_vault_whose_jobs_may_not_be_read_is_named(lab: MakeLab) -> None:
    denied = ["Microsoft.ResourceGraph/resources/read", "Microsoft.RecoveryServices/Vaults/backupJobs/read"]
    here = lab(rbac={"deny": denied})
    page, ask = look(here)
    assert (page.failures, page.seen_until, page.unread) == ([], ask.now, [here.cloud.world.vault_id])


@pytest.mark.parametrize("status, way", [(403, Way.LISTS), (400, Way.LISTS), (500, Way.LISTS), (503, Way.LISTS)])
def test_where_resource_graph_does_not_answer_the_job_lists_are_read(lab: MakeLab, status: int, way: Way) -> None:
    page, _ = look(lab(faults=[{"match": GRAPH, "status": status}]))
    assert (page.way, len(page.failures)) == (way, 1)


def test_where_resource_graph_wants_rest_it_gets_it(lab: MakeLab) -> None:
    here = lab(faults=[{"match": GRAPH, "status": 429, "retryAfter": 30}])
    with pytest.raises(Throttled):
        look(here)
    assert not any("backupJobs" in call for call in here.cloud.counts)


def test_a_vault_that_wants_rest_ends_the_look(lab: MakeLab) -> None:
    here = lab(**NO_GRAPH, faults=[{"match": "GET */backupJobs", "status": 429, "retryAfter": 30}])
    with pytest.raises(Throttled):
        look(here)
