from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from sandbox import scenario as scenarios
from sandbox.arm import build_world
from sandbox.scenario import NoSuchScenarioError
from tests.sources import ROOT

NOW = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
OUTCOMES = {
    *("resolved", "resolved-with-warnings", "needs-human", "observed", "declined"),
    *("expired", "skipped", "failed", "unrecognised"),
}


def test_the_default_comes_first() -> None:
    assert scenarios.names()[0] == scenarios.DEFAULT == "locked-collection"
    assert scenarios.names()[1:] == sorted(scenarios.names()[1:])


@pytest.mark.parametrize("name", scenarios.names())
def test_a_file_fits_its_model_and_its_world_can_be_built(name: str) -> None:
    scenario = scenarios.load(name)
    world = build_world(scenario.world, NOW)
    assert scenario.name == name
    assert scenario.outcome in OUTCOMES
    assert scenario.about.endswith(".")
    assert (world.failed_job is None) is (world.spec.overdue is not None)
    assert all(len(line.split()) == 3 for line in scenario.expect.mutations)


def test_every_outcome_of_an_incident_is_played_by_a_scenario() -> None:
    assert {scenarios.load(name).outcome for name in scenarios.names()} == OUTCOMES


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        NoSuchScenarioError, match=r"no scenario 'locked'; there are: locked-collection, .*unknown-code"
    ):
        scenarios.load("locked")


def test_a_scenario_with_codes_is_played_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "many.yaml").write_text("name: many\nabout: X.\noutcome: skipped\ncodes: [One, Two]\n")
    monkeypatch.setattr(scenarios, "FOLDER", tmp_path)
    monkeypatch.setattr(scenarios, "DEFAULT", "many@One")
    assert scenarios.names() == scenarios.variants("many") == ["many@One", "many@Two"]
    two = scenarios.load("many@Two")
    assert (two.name, two.world["failed_job"]["code"], two.expect.playbooks) == ("many@Two", "Two", ["Two"])
    assert scenarios.load("many").name == "many@One"
    assert scenarios.variants("many@Two") == ["many@Two"]
    with pytest.raises(NoSuchScenarioError):
        scenarios.load("many@Three")


def test_a_name_is_no_path() -> None:
    with pytest.raises(NoSuchScenarioError):
        scenarios.load("../faults")


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("name: x\nabout: X.\noutcome: failed\nsped: 3\n", "sped"),
        ("name: x\nabout: X.\n", "outcome"),
        ("name: x\nabout: X.\noutcome: failed\ndeliveries: {times: 0}\n", r"deliveries\.times"),
        ("name: x\nabout: X.\noutcome: failed\ninbox: [{status: 99}]\n", r"inbox\[0\]\.status"),
        ("name: x\nabout: X.\noutcome: failed\ndecision: maybe\n", "maybe"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_the_name_of_its_key(
    text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.yaml").write_text(text)
    monkeypatch.setattr(scenarios, "FOLDER", tmp_path)
    with pytest.raises(msgspec.ValidationError, match=complaint):
        scenarios.load("x")


def test_the_alert_may_be_any_body(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.yaml").write_text("name: x\nabout: X.\noutcome: unrecognised\nalert: {some: [body]}\n")
    monkeypatch.setattr(scenarios, "FOLDER", tmp_path)
    assert scenarios.load("x").alert == {"some": ["body"]}


def test_scenarios_lie_where_the_readme_reader_looks_for_them() -> None:
    assert (ROOT / "sandbox" / "scenarios" / "locked-collection.yaml").exists()
