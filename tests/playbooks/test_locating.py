"""The job of a signal that names none: of its VM, in its span, in its vault; the newest, and only one that failed."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from playbooks.locating import locate
from responder.azure.gateway import Gateway
from responder.errors import Forbidden, Unavailable
from responder.ids import ItemId
from responder.incident import FailedBackup
from responder.intake import failures, incident_id
from sandbox.arm import alert_by
from sandbox.arm.world import Job
from tests.playbooks.conftest import Lab, MakeLab

GRAPH = "Microsoft.ResourceGraph/resources/read"
LISTS = "Microsoft.RecoveryServices/Vaults/backupJobs/read"
OTHER = {
    "vault": {"name": "rsv-prod-weu-011", "group": "rg-backup-prod-weu"},
    "vm": {"name": "vm-other"},
    "neighbours": [],
    "fleet": {"count": 1, "nights": 0, "spread_minutes": 30},
}
FLEET = {"count": 2, "nights": 1, "spread_minutes": 30}


def signal(here: Lab, job: Job | None = None, **changes: Any) -> FailedBackup:
    """The metric alert of a failed job."""
    job = job or here.cloud.world.failed_job
    assert job is not None
    (told,) = failures(alert_by("metric", here.cloud.world, job)).accepted
    assert (told.job_id, told.source) == (None, "metric-alert")
    return replace(told, **changes)


def found(here: Lab, told: FailedBackup) -> list[str | None]:
    return [failure.job_id for failure in locate(Gateway(here.settings), told)]


@pytest.mark.parametrize("deny", [[], [GRAPH]], ids=["graph", "list"])
def test_the_signal_becomes_the_failure_that_the_alert_tells_of(lab: MakeLab, deny: list[str]) -> None:
    here = lab(fleet=FLEET, rbac={"deny": deny})
    job = here.cloud.world.failed_job
    assert job is not None
    (failure,) = locate(Gateway(here.settings), signal(here))
    assert (failure.job_id, failure.not_before, failure.not_after) == (job.id, None, None)
    assert incident_id(failure) == incident_id(here.failure)
    item, wanted = ItemId.parse(failure.item_id or ""), ItemId.parse(here.failure.item_id or "")
    assert item is not None
    assert wanted is not None
    assert str(item).lower() == str(wanted).lower()
    lists = sum(call.path.lower().endswith("/backupjobs") for call in here.cloud.calls)
    assert lists == (1 if deny else 0)


def test_the_vm_alone_is_enough_and_nobody_named_is_everybody(lab: MakeLab) -> None:
    here = lab(fleet=FLEET)
    world, now = here.cloud.world, here.clock.now()
    one, other = world.fleet[0], world.fleet[1]
    bare: dict[str, Any] = {"item_id": None, "vm_id": None, "vm_name": None}
    told = signal(here, one, not_before=now - timedelta(hours=3), not_after=now)
    assert found(here, told) == [one.id]
    assert found(here, replace(told, item_id=None)) == [one.id]
    assert found(here, replace(told, **bare | {"vm_name": one.item.machine.name.upper()})) == [one.id]
    assert found(here, replace(told, **bare | {"vm_name": one.item.machine.name[:-1]})) == []
    mine = world.failed_job
    assert mine is not None
    assert set(found(here, replace(told, **bare))) == {one.id, other.id, mine.id}


def test_a_job_that_ended_outside_of_the_span_is_not_meant(lab: MakeLab) -> None:
    here = lab()
    job = here.cloud.world.failed_job
    assert job is not None
    second, hour = timedelta(seconds=1), timedelta(hours=1)
    spans = [(job.ends - hour, job.ends), (job.ends, job.ends + hour)]
    assert [found(here, signal(here, not_before=since, not_after=until)) for since, until in spans] == [[job.id]] * 2
    spans = [(job.ends - hour, job.ends - second), (job.ends + second, job.ends + hour)]
    assert [found(here, signal(here, not_before=since, not_after=until)) for since, until in spans] == [[], []]


def test_of_several_failures_of_a_vm_the_newest_is_meant(lab: MakeLab) -> None:
    here = lab(more_failed_jobs=[{"hours_ago": 9}, {"hours_ago": 5}], past_jobs=[{"hours_ago": 1.0}])
    now, job = here.clock.now(), here.cloud.world.failed_job
    assert job is not None
    assert found(here, signal(here, not_before=now - timedelta(hours=20), not_after=now)) == [job.id]


def test_jobs_that_did_not_fail_or_are_no_backups_are_not_meant(lab: MakeLab) -> None:
    here = lab(rbac={"deny": [GRAPH]})
    told, job = signal(here), here.cloud.world.failed_job
    assert job is not None
    job.final = "Completed"
    assert found(here, told) == []
    job.final, job.operation = "Failed", "Restore"
    assert found(here, told) == []


@pytest.mark.parametrize("change", [{"status": "Completed"}, {"operation": "Restore"}, {"vault": "rsv-none"}, {}])
def test_whatever_the_graph_answers_only_failed_backups_of_the_vault_are_meant(
    lab: MakeLab, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    here = lab()
    told, job = signal(here), here.cloud.world.failed_job
    assert job is not None
    row = alert_by("resource-graph-row", here.cloud.world, job)
    if "vault" in change:
        row["id"] = row["id"].replace("rsv-prod-weu-01", change["vault"])
    else:
        row["properties"] |= change
    monkeypatch.setattr(Gateway, "query", lambda *_: [row])
    assert found(here, told) == ([] if change else [job.id])


def test_another_vault_of_the_subscription_is_not_meant(lab: MakeLab) -> None:
    here = lab(OTHER)
    foreign = here.cloud.worlds[1].fleet[0]
    now = here.clock.now()
    told = signal(here, not_before=now - timedelta(hours=3), not_after=now)
    told = replace(told, item_id=None, vm_id=None, vm_name=None)
    mine = here.cloud.world.failed_job
    assert mine is not None
    assert found(here, told) == [mine.id]
    assert foreign.id in found(here, replace(told, vault_id=here.cloud.worlds[1].vault_id))


@pytest.mark.parametrize("missing", ["vault_id", "not_before", "not_after"])
def test_without_a_vault_or_a_span_nothing_is_even_asked(lab: MakeLab, missing: str) -> None:
    here = lab()
    assert found(here, signal(here, **{missing: None})) == []
    assert here.cloud.calls == []


@pytest.mark.parametrize(
    "world, kind",
    [
        ({"rbac": {"deny": [GRAPH, LISTS]}}, Forbidden),
        ({"faults": [{"match": "POST */Microsoft.ResourceGraph/resources", "status": 503}]}, Unavailable),
    ],
)
def test_not_being_able_to_look_is_not_finding_nothing(
    lab: MakeLab, world: dict[str, Any], kind: type[Exception]
) -> None:
    here = lab(**world)
    with pytest.raises(kind):
        found(here, signal(here))
