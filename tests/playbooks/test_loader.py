"""Playbooks by code, alias, number and text; the catalogue's own and those of a folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks import files, index, loader
from playbooks.loader import Library
from playbooks.model import Playbook, seconds
from responder.errors import PlaybookError
from tests.playbooks.good import GOOD

FILES = sorted(loader.CATALOGUE.glob("*.yaml"))
LIBRARY = Library()


def by_code(code: str, library: Library = LIBRARY) -> Playbook:
    found = library.by_code(code)
    assert found is not None, code
    return found


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_file_of_the_catalogue_can_be_used(path: Path) -> None:
    assert files.read(path).code == path.stem


@pytest.mark.parametrize("path", sorted(files.TOPICS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_topic_can_be_used(path: Path) -> None:
    assert files.read_topic(path).steps


def test_the_index_is_fresh() -> None:
    assert loader.INDEX.read_text("utf-8") == index.text(), "run: python -m playbooks.index"


@pytest.mark.parametrize(
    "code",
    ["UserErrorRpCollectionLimitReached", "UserErrorRPCollectionLimitReached", "usererrorrpcollectionlimitreached"],
)
def test_a_code_is_found_whatever_its_case(code: str) -> None:
    assert by_code(code).code == "UserErrorRpCollectionLimitReached"


@pytest.mark.parametrize(
    "alias, code",
    [
        ("ExtentionOperationFailedForManagedDisks", "ExtensionOperationFailedForManagedDisks"),
        ("UserErrorKeyVaultPermissionsNotConfigured", "UserErrorKeyvaultPermissionsNotConfigured"),
        ("BackupOperationFailed", "BackUpOperationFailed"),
    ],
)
def test_an_alias_is_found(alias: str, code: str) -> None:
    assert by_code(alias).code == code


@pytest.mark.parametrize("number", [400002, 400002 | 0x40000000])
def test_a_number_is_found_with_and_without_its_flag_bit(number: int) -> None:
    found = LIBRARY.by_number(number)
    assert found is not None
    assert found.code == "BackUpOperationFailed"


@given(st.text(max_size=40))
def test_anything_else_has_no_playbook(code: str) -> None:
    found = LIBRARY.by_code(code)
    codes = json.loads(loader.INDEX.read_text("utf-8"))["codes"]
    assert (found is not None) == (loader.normal(code) in codes)


@pytest.mark.parametrize("code", ["../catalogue/Unknown", "Unknown.yaml", "/etc/passwd", "", "Unknown\0"])
def test_a_code_is_never_a_path(code: str) -> None:
    assert LIBRARY.by_code(code) is None


def test_looking_a_code_up_reads_one_file() -> None:
    """In a fresh process: no index, no other playbook, no guidance."""
    program = (
        "import sys, msgspec, yaml\n"
        "from playbooks.loader import Library\n"
        "import playbooks.files\n"
        "seen = []\n"
        "sys.addaudithook(lambda name, args: seen.append(str(args[0])) if name == 'open' else None)\n"
        "Library().by_code('UserErrorRpCollectionLimitReached')\n"
        "print('\\n'.join(path for path in seen if path.endswith(('.yaml', '.json'))))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [Path(line).name for line in run.stdout.split()] == ["UserErrorRpCollectionLimitReached.yaml"]


def test_a_folder_of_ones_own_goes_first_and_may_add(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace("SomeCode", "BackUpOperationFailed"), "utf-8")
    (tmp_path / "new.yml").write_text(GOOD.replace("kind: user", "kind: user\nnumbers: [77]"), "utf-8")
    library = Library(str(tmp_path))
    assert by_code("backupoperationfailed", library).title == "A title"
    assert by_code("SomeCode", library).numbers == [77]
    assert library.by_number(77) is by_code("SomeCode", library)
    assert by_code("UserErrorRpCollectionLimitReached", library).code == "UserErrorRpCollectionLimitReached"


def test_a_bad_file_of_ones_own_never_stops_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "bad.yaml").write_text(GOOD.replace("check: restore", "chek: restore"), "utf-8")
    (tmp_path / "good.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "twice.yaml").write_text(GOOD.replace("A title", "Another"), "utf-8")
    assert by_code("SomeCode", Library(str(tmp_path))).title == "A title"
    first, second = loader.own(str(tmp_path)).problems
    assert first.startswith("bad.yaml:")
    assert "did you mean 'check'?" in first
    assert second == "twice.yaml: somecode is already claimed by the playbook of SomeCode; remove it from one of them"
    assert "bad.yaml" in caplog.text


def test_the_playbook_for_unknown_failures_may_be_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace("SomeCode", "Unknown"), "utf-8")
    assert Library(str(tmp_path)).unknown().title == "A title"
    assert LIBRARY.unknown().code == loader.UNKNOWN


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
