"""What the simulated Azure sends is read as it was meant, over every route and in one body for several jobs."""

from datetime import UTC, datetime

import pytest

from responder.intake import failures
from sandbox.arm import ROUTES, World, alert_by, build_world

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world({"fleet": {"count": 3}}, NOW)


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_names_vault_and_job_or_the_span_of_the_job(world: World, route: str) -> None:
    for job in world.fleet:
        (failure,) = failures(alert_by(route, world, job)).accepted
        assert (failure.vault_id, failure.skip) == (world.vault_id.lower(), None)
        assert failure.job_id == (job.id if ROUTES[route].names_job else None)
        assert failure.vm_id in {None, job.item.machine.id}
        assert failure.vm_id or failure.vm_name == job.item.machine.name
        if failure.job_id is None:
            assert failure.not_before
            assert failure.not_after
            assert failure.not_before <= job.ends <= failure.not_after


@pytest.mark.parametrize("route", [name for name, route in ROUTES.items() if route.several])
def test_several_jobs_in_one_body_are_all_there(world: World, route: str) -> None:
    found = failures(alert_by(route, world, *world.fleet))
    assert {failure.job_id for failure in found.accepted} == {job.id for job in world.fleet}


def test_a_body_of_all_routes_has_each_job_once(world: World) -> None:
    named = [name for name, route in ROUTES.items() if route.names_job]
    body = [alert_by(route, world, job) for route in named for job in world.fleet]
    assert sorted(str(failure.job_id) for failure in failures(body).accepted) == sorted(job.id for job in world.fleet)
