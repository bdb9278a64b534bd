"""The functions host is killed at random moments of random scenarios: a few of the runs that ``make soak`` plays."""

import pytest

from sandbox.hostprocess import Launch
from sandbox.soak import Run, play, playable


@pytest.mark.parametrize("seed", [101, 102, 103, 104, 105, 106])
async def test_nothing_is_lost_repeated_or_left_open(seed: int, launch: Launch) -> None:
    run = await play(seed, launch)
    assert run == Run(seed, run.scenario, run.kills, run.outcome, [])
    assert run.outcome


def test_most_scenarios_can_be_played_with_kills() -> None:
    names = {scenario.name for scenario in playable()}
    assert len(names) > 300
    assert "locked-collection" in names
    assert not names & {"refused-paused", "refused-backing-off", "sweep-overdue"}
