"""The command: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from infra_check.__main__ import main


@pytest.fixture(autouse=True)
def no_schemas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARM_SCHEMAS", str(tmp_path / "nowhere"))


def _spoil(infra: Path) -> int:
    """Allow shared keys; the line in which that stands."""
    path = infra / "modules" / "storage.bicep"
    before, right, after = path.read_text().partition("allowSharedKeyAccess: false")
    path.write_text(f"{before}{right.replace('false', 'true')}{after}")
    return before.count("\n") + 1


def test_all_is_well_and_it_says_what_it_could_not_check(infra: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(infra)]) == 0
    said = capsys.readouterr().out
    assert "resource bodies were not checked" in said
    assert said.splitlines()[-1].endswith("nothing is wrong")


def test_a_mistake_ends_with_1_and_has_a_place(infra: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = _spoil(infra)
    assert main([str(infra)]) == 1
    said = capsys.readouterr().out
    assert f"infra/modules/storage.bicep:{line} house 'allowSharedKeyAccess' must be false" in said
    assert "\x1b" not in said  # no colours but on a terminal


def test_programs_get_json(infra: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = _spoil(infra)
    assert main([str(infra), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["bodiesChecked"] is False
    assert [(one["check"], one["file"], one["line"]) for one in said["problems"]] == [
        ("house", "infra/modules/storage.bicep", line)
    ]
