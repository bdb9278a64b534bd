"""docs/add-a-playbook.md, followed word for word in a copy of the project."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "add-a-playbook.md").read_text("utf-8")
FILES = dict(re.findall(r"```yaml file=(\S+)\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = [line for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
ROOMS = ("handlers", "playbooks", "responder", "sandbox", "infra", "docs", "function_app.py", "host.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project as it is, without its tests and its environment."""
    for name in ROOMS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(project: Path, line: str) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(line)
    assert program == "python"
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_page_is_followed_word_for_word(project: Path) -> None:
    assert len(FILES) == 2  # one playbook, one scenario
    assert len(COMMANDS) == 4
    before = {path.relative_to(project) for path in project.rglob("*") if path.is_file()}
    for name, text in FILES.items():
        assert not (project / name).exists()
        (project / name).write_text(text, "utf-8")
    for line in COMMANDS:
        done = run(project, line)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    after = {path.relative_to(project) for path in project.rglob("*") if path.is_file()}
    made = {str(path) for path in after - before if "__pycache__" not in path.parts}
    assert made == {*FILES, "docs/playbooks/UserErrorExample.md"}
    assert "UserErrorExample" in (project / "docs" / "playbooks.md").read_text("utf-8")


def test_a_mistake_in_the_example_is_told(project: Path) -> None:
    name = next(iter(FILES))
    (project / name).write_text(FILES[name].replace("check: vm-state", "check: vm-stat"), "utf-8")
    done = run(project, COMMANDS[0])
    assert done.returncode == 1
    assert "no check vm-stat" in done.stderr
    assert "vm-state" in done.stderr
