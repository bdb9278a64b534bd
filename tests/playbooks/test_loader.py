"""Playbook files: what is found by which name, and what a bad file says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks import index, loader
from playbooks.model import Playbook, seconds
from responder.errors import PlaybookError

FILES = sorted(loader.CATALOGUE.glob("*.yaml"))

GOOD = """
code: SomeCode
title: A title
meaning: What it means
kind: user
source: {document: Doc, section: Sec, url: "https://learn.microsoft.com/x", edition: "2025-11-12"}
causes:
  - {id: full, text: Full, check: restore-points-full}
runbook:
  - {do: fix, fix: delete-restore-point-collection, cures: full}
"""


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_file_of_the_catalogue_can_be_used(path: Path) -> None:
    assert loader.parse(path).code == path.stem


def test_the_index_is_fresh() -> None:
    assert loader.INDEX.read_text("utf-8") == index.text(), "run: python -m playbooks.index"


@pytest.mark.parametrize(
    "code",
    ["UserErrorRpCollectionLimitReached", "UserErrorRPCollectionLimitReached", "usererrorrpcollectionlimitreached"],
)
def test_a_code_is_found_whatever_its_case(code: str) -> None:
    assert loader.find([code], []).code == "UserErrorRpCollectionLimitReached"


def test_an_alias_is_found() -> None:
    assert loader.find(["BackUpOperationFailedV2"], []).code == "BackUpOperationFailed"


@pytest.mark.parametrize("number", [400002, 400002 | 0x40000000])
def test_a_number_is_found_with_and_without_its_flag_bit(number: int) -> None:
    assert loader.find([], [number]).code == "BackUpOperationFailed"


def test_the_first_known_code_wins_over_numbers() -> None:
    found = loader.find(["NoSuchCode", "UserErrorBackupOperationInProgress"], [400002])
    assert found.code == "UserErrorBackupOperationInProgress"


@given(st.text(max_size=40), st.integers(0, 2**31))
def test_anything_else_gets_the_playbook_for_unknown_failures(code: str, number: int) -> None:
    found = loader.find([code], [number])
    assert found.code == loader.UNKNOWN or loader.knows(code) or str(number & ~0x40000000) == "400002"


def test_a_known_code_reads_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = loader.parse

    def noting(path: Path) -> Playbook:
        read.append(path.name)
        return parse(path)

    monkeypatch.setattr(loader, "parse", noting)
    loader.load.cache_clear()
    loader.find(["UserErrorRpCollectionLimitReached"], [])
    loader.load.cache_clear()
    assert read == ["UserErrorRpCollectionLimitReached.yaml"]


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("kind: user", "kind: sometimes", "$.kind"),
        ("title: A title", "tittle: A title", "tittle"),
        ("restore-points-full}", "no-such-check}", "no check no-such-check"),
        ("fix: delete-restore-point-collection", "fix: no-such-fix", "no fix no-such-fix"),
        ("cures: full", "cures: nothing", "no cause here"),
        ("do: fix", "do: dance", "dance"),
        ("code: SomeCode", "code: [", "bad.yaml"),
        ("runbook:", "runbook:\n  - {do: wait, name: w, why: y, looks: [1h], until: gone}", "no such cause"),
        ("runbook:", "runbook:\n  - {do: wait, name: w, why: y, looks: [1h], ahead: gone}", "no fix gone"),
        ("runbook:", "runbook:\n  - {do: wait, name: w, why: y, looks: [soon]}", "looks"),
    ],
)
def test_a_bad_file_names_itself_and_the_fault(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(PlaybookError, match=r"bad\.yaml") as caught:
        loader.parse(path)
    assert said in str(caught.value)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"none\.yaml"):
        loader.parse(tmp_path / "none.yaml")


def test_two_files_may_not_claim_one_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("One", "Two"):
        (tmp_path / f"{name}.yaml").write_text(GOOD, "utf-8")
    monkeypatch.setattr(loader, "CATALOGUE", tmp_path)
    with pytest.raises(PlaybookError, match="already claimed by One"):
        loader.build_index()


@pytest.mark.parametrize("text, length", [("30s", 30), ("30m", 1800), ("2h", 7200), ("1d", 86400)])
def test_durations(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "h", "1.5h", "1 h", "-1h", "1w"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)
