from datetime import UTC, datetime

import pytest

from sandbox import faults, scenario
from sandbox.arm import build_world
from sandbox.faults import NoSuchFaultError

NOW = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(faults.known()))
def test_a_fault_fits_into_a_quiet_and_into_a_disturbed_scenario(name: str) -> None:
    for other in ("locked-collection", "throttled", "failing-webhook"):
        plain = scenario.load(other)
        disturbed = faults.add(plain, [name])
        arm, inbox = faults.known()[name].arm, faults.known()[name].inbox
        assert len(build_world(disturbed.world, NOW).spec.faults) == len(plain.world.get("faults", [])) + len(arm)
        assert disturbed.inbox == [*plain.inbox, *inbox]
        assert arm or inbox


def test_faults_add_up_in_the_order_of_their_names() -> None:
    disturbed = faults.add(scenario.load("locked-collection"), ["webhook-gone", "webhook-500"])
    assert [fault.status for fault in disturbed.inbox] == [410, 500]


def test_no_fault_changes_nothing() -> None:
    plain = scenario.load("throttled")
    assert faults.add(plain, []).world == plain.world


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NoSuchFaultError, match=r"no fault 'earthquake'; there are: arm-500, .*webhook-500"):
        faults.add(scenario.load("locked-collection"), ["arm-503", "earthquake"])
