"""docs/add-a-playbook.md, followed word for word and in its order, in a copy of the project."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "add-a-playbook.md").read_text("utf-8")
ROOMS = ("handlers", "playbooks", "responder", "sandbox", "infra", "docs", "function_app.py", "host.json")
PLAYBOOK = "playbooks/catalogue/UserErrorExample.yaml"
_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A block of the page: a file to write, or commands to run."""

    file: str | None
    text: str


def blocks() -> Iterator[Block]:
    for found in _BLOCK.finditer(PAGE):
        if found["file"] or found["kind"] == "console":
            yield Block(found["file"], found["text"])


def files() -> dict[str, str]:
    """Each file as the page writes it last."""
    return {block.file: block.text for block in blocks() if block.file}


def commands() -> list[str]:
    return [line for block in blocks() if not block.file for line in block.text.splitlines()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project as it is, without its tests and its environment."""
    for name in ROOMS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(project: Path, line: str, tries: int = 3) -> subprocess.CompletedProcess[str]:
    """One command of the page; again if somebody else on this machine took the port that the sandbox had found free."""
    program, *arguments = shlex.split(line)
    assert program == "python"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, capture_output=True, text=True, check=False, timeout=120
    )
    taken = "Address already in use" in done.stdout + done.stderr
    return run(project, line, tries - 1) if taken and tries > 1 else done


def follow(project: Path) -> None:
    """Write every file and run every command, in the order of the page."""
    for file, text in blocks():
        if file:
            (project / file).write_text(text, "utf-8")
            continue
        for line in text.splitlines():
            done = run(project, line)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


def made(project: Path, before: set[Path]) -> set[str]:
    after = {path.relative_to(project) for path in project.rglob("*") if path.is_file()}
    return {path.as_posix() for path in after - before if "__pycache__" not in path.parts}


@pytest.mark.slow
def test_the_page_is_followed_word_for_word(project: Path) -> None:
    before = {path.relative_to(project) for path in project.rglob("*") if path.is_file()}
    assert not any((project / name).exists() for name in files())
    follow(project)
    assert made(project, before) == {*files(), "docs/playbooks/UserErrorExample.md"}
    overview = (project / "docs" / "playbooks.md").read_text("utf-8")
    assert all(name in overview for name in ("UserErrorExample", "vm-tag", "reapply-after-update"))


def test_the_page_has_a_playbook_a_check_a_fix_and_plays_every_scenario() -> None:
    rooms = sorted(Path(name).parent.name for name in files())
    assert rooms == ["catalogue", "checks", "fixes", *["scenarios"] * 4]
    played = {word for line in commands() if line.startswith("python -m sandbox demo") for word in line.split()}
    assert {Path(name).stem for name in files() if name.startswith("sandbox/")} <= played


def test_a_mistake_in_the_example_is_told(project: Path) -> None:
    first = next(block.text for block in blocks() if block.file == PLAYBOOK)
    (project / PLAYBOOK).write_text(first.replace("check: vm-state", "check: vm-stat"), "utf-8")
    done = run(project, commands()[0])
    assert done.returncode == 1
    assert "no check vm-stat" in done.stderr
    assert "vm-state" in done.stderr


def test_the_fix_would_be_sent_without_its_law(project: Path) -> None:
    """The scenario that shows the law would fail without it, so that the page shows no law that does nothing."""
    for name, text in files().items():
        (project / name).write_text(text.replace('== "running":', '== "never":'), "utf-8")
    done = run(project, "python -m sandbox demo vm-update-failed-patching-example")
    assert done.returncode == 1


def test_the_code_of_the_page_is_as_the_project_writes_code(tmp_path: Path) -> None:
    for name, text in files().items():
        if name.endswith(".py"):
            place = tmp_path / name
            place.parent.mkdir(parents=True)
            place.write_text(text, "utf-8")
    alone = ["check", "--ignore", "INP001"]  # they lie beside the packages that they belong to
    for options in (alone, ["format", "--check"]):
        settings = ["--no-cache", "--config", str(ROOT / "pyproject.toml")]
        line = [sys.executable, "-m", "ruff", *options, *settings, "."]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
