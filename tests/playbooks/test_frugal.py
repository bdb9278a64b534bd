"""While many incidents are at work facts come from Resource Graph: the same facts, with the list in reserve."""

from typing import Any

import pytest

from handlers import activities
from handlers.messages import FollowBackup, StartBackup
from playbooks.case import Case
from responder.azure.gateway import Gateway
from tests.playbooks.conftest import Lab, MakeLab

NO_GRAPH = {"rbac": {"deny": ["Microsoft.ResourceGraph/resources/read"]}}
NEIGHBOURS = {"fleet": {"count": 2, "nights": 1}, "past_jobs": [{"hours_ago": 26}, {"hours_ago": 24 * 8}]}


def case(here: Lab, *, frugal: bool) -> Case:
    subject = here.case(collections=None).subject
    here.cloud.calls.clear()
    return Case(Gateway(here.settings), here.settings, subject, here.clock.now(), frugal=frugal)


def lists(here: Lab, end: str) -> int:
    return sum(call.method == "GET" and call.path.lower().endswith(end) for call in here.cloud.calls)


@pytest.mark.parametrize("world, listed", [({}, 0), (NO_GRAPH, 1)], ids=["graph", "no graph"])
def test_jobs_are_the_same_and_need_no_list(lab: MakeLab, world: dict[str, Any], listed: int) -> None:
    here = lab(**NEIGHBOURS, **world)
    frugal = [(job.id, job.status, job.started_at) for job in case(here, frugal=True).jobs()]
    assert lists(here, "/backupjobs") == listed
    usual = [(job.id, job.status, job.started_at) for job in case(here, frugal=False).jobs()]
    assert lists(here, "/backupjobs") == 1
    assert frugal == usual
    assert len(frugal) == 2


@pytest.mark.parametrize("world, listed", [({}, 0), (NO_GRAPH, 1)], ids=["graph", "no graph"])
def test_collections_are_the_same_and_need_no_list(lab: MakeLab, world: dict[str, Any], listed: int) -> None:
    here = lab(**world)
    frugal = case(here, frugal=True).collections()
    assert lists(here, "/restorepointcollections") == listed
    usual = case(here, frugal=False).collections()
    assert lists(here, "/restorepointcollections") == 1
    assert frugal == usual
    assert [entry.id for entry in frugal] == [here.cloud.world.subject.collection_id]


def test_a_collection_that_the_graph_does_not_show_is_found_in_the_list(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph is some minutes old, and leaves out silently what the identity may not read."""
    here = lab()
    one = case(here, frugal=True)
    monkeypatch.setattr(one.gateway, "query", lambda *_: [])
    assert [entry.id for entry in one.collections()] == [here.cloud.world.subject.collection_id]


def test_a_collection_that_is_gone_since_the_graph_looked_is_none(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = lab()
    one = case(here, frugal=True)
    mine = here.cloud.world.subject.collection_id
    monkeypatch.setattr(one.gateway, "query", lambda *_: [{"id": mine}, {"id": mine.replace("vm-app-01", "vm-none")}])
    assert [entry.id for entry in one.collections()] == [mine]


def test_ids_that_are_known_are_neither_listed_nor_asked_for(lab: MakeLab) -> None:
    here = lab()
    known = here.case(collections=[here.cloud.world.subject.collection_id])
    here.cloud.calls.clear()
    assert len(known.collections()) == 1
    assert len(here.cloud.calls) == 1


def test_what_is_read_right_before_a_change_never_is_frugal(lab: MakeLab) -> None:
    here = lab()
    subject, now = here.case().subject, here.clock.now()
    asks: list[StartBackup | FollowBackup] = [
        StartBackup(subject=subject, wanted_at=now, now=now, attempt="inc-1-0"),
        FollowBackup(subject=subject, now=now),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(activities, "configured", lambda: here.settings)
        assert [activities._case(ask, Gateway(here.settings)).frugal for ask in asks] == [False, False]
