"""One list for all who wait, one question for the errors, and nothing that the vault does not show."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from playbooks import vault_jobs
from playbooks.vault_jobs import Wanted
from responder.azure.gateway import Gateway
from responder.azure.model import Job
from responder.errors import Forbidden, NotFound, Throttled
from responder.ids import ItemId, VaultId
from sandbox.arm.exchange import Answer
from sandbox.arm.world import Job as WorldJob
from sandbox.arm.world import World
from tests.playbooks.conftest import Lab, MakeLab

FLEET = {"count": 3, "nights": 0, "spread_minutes": 30}
NO_GRAPH = {"deny": ["Microsoft.ResourceGraph/resources/read"]}


class Room:
    """Looks at a world's vault, and what they cost."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        vault = VaultId.parse(lab.cloud.world.vault_id)
        assert vault is not None
        self.vault = vault
        lab.cloud.calls.clear()

    def wants(self, about: WorldJob, *, back: timedelta = timedelta(hours=6), **more: Any) -> Wanted:
        item = ItemId.of_job_container(self.vault, about.item.container)
        return Wanted(item=item, since=self.lab.clock.now() - back, **more)

    def look(self, *wanted: Wanted, may_list: bool = True) -> list[list[Job] | None]:
        names = {f"look-{number}": entry for number, entry in enumerate(wanted)}
        gateway = Gateway(self.lab.settings)
        found = vault_jobs.look(gateway, self.vault, names, self.lab.clock.now(), may_list=may_list)
        assert set(found) <= set(names)
        return [found.get(name) for name in names]

    @property
    def cost(self) -> tuple[int, int]:
        """Lists of jobs and questions to Resource Graph."""
        paths = [call.path.lower() for call in self.lab.cloud.calls]
        ends = ("/backupjobs", "/microsoft.resourcegraph/resources")
        return tuple(sum(path.endswith(end) for path in paths) for end in ends)  # type: ignore[return-value]


def ids(jobs: list[Job] | None) -> list[str] | None:
    return None if jobs is None else [job.id for job in jobs]


def failed(world: World) -> list[WorldJob]:
    return [job for job in world.fleet if job.final == "Failed"]


def test_one_list_answers_all_each_with_its_own_jobs(lab: MakeLab) -> None:
    here = lab(fleet=FLEET, running_job={"minutes_ago": 5})
    room, jobs = Room(here), failed(here.cloud.world)
    mine = here.cloud.world.failed_job
    assert mine is not None
    answers = room.look(*map(room.wants, jobs), room.wants(mine))
    assert [ids(answer) for answer in answers[:-1]] == [[job.id] for job in jobs]
    assert [job.status for job in answers[-1] or []] == ["InProgress", "Failed"]
    assert room.cost == (1, 0)
    (old, young) = room.look(room.wants(mine), room.wants(mine, back=timedelta(minutes=30)))
    assert (len(old or []), [job.status for job in young or []]) == (2, ["InProgress"])
    (by_name,) = room.look(Wanted(item=None, since=here.clock.now() - timedelta(hours=6), job=jobs[0].id))
    assert ids(by_name) == [jobs[0].id]


@pytest.mark.parametrize("may_list", [True, False])
def test_details_of_ended_jobs_come_from_the_graph_without_a_list(lab: MakeLab, may_list: bool) -> None:
    here = lab(fleet=FLEET)
    room, jobs = Room(here), failed(here.cloud.world)
    answers = room.look(*(room.wants(job, job=job.id.upper(), details=True) for job in jobs), may_list=may_list)
    assert [ids(answer) for answer in answers] == [[job.id] for job in jobs]
    assert all(answer and answer[0].errors[0].title for answer in answers)
    assert room.cost == (0, 1)


def test_what_only_a_list_can_tell_waits_until_there_may_be_one(lab: MakeLab) -> None:
    here = lab(fleet=FLEET, running_job={"minutes_ago": 5})
    room, (job, *_) = Room(here), failed(here.cloud.world)
    running = next(each for each in here.cloud.world.jobs if each.running(here.clock.now()))
    wanted = [
        room.wants(job, job=job.id, details=True),
        room.wants(job, job=job.id),
        room.wants(running, job=running.id, details=True),
    ]
    assert [ids(answer) for answer in room.look(*wanted, may_list=False)] == [[job.id], None, None]
    assert room.cost == (0, 1)
    told = room.look(*wanted)
    assert [job.id for job in told[1] or []] == [job.id]
    assert running.id in (ids(told[2]) or [])
    assert room.cost[0] == 1


def test_failed_rows_without_errors_are_completed_by_one_question(lab: MakeLab) -> None:
    here = lab(fleet=FLEET)
    room, jobs = Room(here), failed(here.cloud.world)
    _lists_leave_errors_out(here)
    answers = room.look(*map(room.wants, jobs))
    assert [[error.title for job in answer or [] for error in job.errors] for answer in answers] == [
        ["UserErrorRpCollectionLimitReached"]
    ] * len(jobs)
    assert room.cost == (1, 1)


def test_without_the_graph_the_list_has_to_do(lab: MakeLab) -> None:
    here = lab(fleet=FLEET, rbac=NO_GRAPH)
    room, (job, *_) = Room(here), failed(here.cloud.world)
    wanted = room.wants(job, job=job.id, details=True)
    assert ids(room.look(wanted)[0]) == [job.id]
    assert room.cost == (1, 1)
    assert room.look(wanted, may_list=False) == [None]
    _lists_leave_errors_out(here)
    (bare,) = room.look(wanted)
    assert [(entry.id, entry.errors) for entry in bare or []] == [(job.id, [])]


def test_a_job_of_another_vault_is_none_of_this_one(lab: MakeLab) -> None:
    here = lab({"vault": {"name": "rsv-other", "group": "rg-other"}, "vm": {"name": "vm-other"}, "neighbours": []})
    room, foreign = Room(here), here.cloud.worlds[1].failed_job
    assert foreign is not None
    wanted = Wanted(item=None, since=here.clock.now() - timedelta(hours=6), job=foreign.id, details=True)
    assert room.look(wanted) == [[]]


@pytest.mark.parametrize("status, kind", [(403, Forbidden), (404, NotFound), (429, Throttled)])
def test_what_stops_the_list_is_told(lab: MakeLab, status: int, kind: type[Exception]) -> None:
    here = lab(faults=[{"match": "GET */backupJobs", "status": status}])
    room, job = Room(here), here.cloud.world.failed_job
    assert job is not None
    with pytest.raises(kind):
        room.look(room.wants(job))


def test_no_list_goes_back_further_than_a_week(lab: MakeLab) -> None:
    here = lab()
    room, job = Room(here), here.cloud.world.failed_job
    assert job is not None
    asked = _filters(here)
    room.look(room.wants(job, back=timedelta(days=400)))
    (text,) = asked
    start = datetime.strptime(
        text.partition("startTime eq '")[2].partition("'")[0] + " +0000", "%Y-%m-%d %I:%M:%S %p %z"
    )
    assert here.clock.now() - start < timedelta(days=7, minutes=1)


def _lists_leave_errors_out(here: Lab) -> None:
    """As the service's lists may: a row of a failed job without the reason."""
    carry_out = here.cloud.answer

    def answer(request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        result = carry_out(request, headers)
        if request["path"].lower().endswith("/backupjobs") and isinstance(result.body, dict):
            for row in result.body["value"]:
                row["properties"].pop("errorDetails", None)
        return result

    here.cloud.answer = answer  # type: ignore[method-assign]


def _filters(here: Lab) -> list[str]:
    """The filters of all lists of jobs from now on."""
    carry_out, asked = here.cloud.answer, list[str]()

    def answer(request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        if request["path"].lower().endswith("/backupjobs"):
            asked.append(request["query"]["$filter"])
        return carry_out(request, headers)

    here.cloud.answer = answer  # type: ignore[method-assign]
    return asked
