"""Checks and fixes of installed packages: found by entry point, before the app's own; a broken one is told."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playbooks import plugins
from responder.errors import PlaybookError

LOOK = """from playbooks.checks import Seen

def look(case, cause):
    return Seen(verdict="confirmed", summary="seen")
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path in which packages are installed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    plugins._offered.cache_clear()
    yield tmp_path
    plugins._offered.cache_clear()
    for name in set(sys.modules) - before:
        if name.startswith("own_"):
            del sys.modules[name]


def install(site: Path, kind: str, name: str, target: str, source: str | None = None) -> None:
    info = site / f"{target.replace('.', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {target}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[backup_responder.{kind}]\n{name} = {target}\n", "utf-8")
    if source is not None:
        (site / f"{target}.py").write_text(source, "utf-8")


def test_a_package_adds_a_check(site: Path) -> None:
    install(site, "checks", "moon-phase", "own_moon", LOOK)
    assert plugins.exists("checks", "moon-phase")
    assert plugins.find("checks", "moon-phase").look(None, None).summary == "seen"


def test_a_package_replaces_a_check_of_the_app(site: Path) -> None:
    install(site, "checks", "running-backup", "own_running", LOOK)
    assert plugins.find("checks", "running-backup").__name__ == "own_running"


def test_a_package_adds_a_fix(site: Path) -> None:
    functions = "".join(f"def {name}(*_): ...\n" for name in ("plan", "apply", "follow"))
    install(
        site, "fixes", "open-a-ticket", "own_ticket", f"RISKS = ('safe',)\nIMPACT = 'A ticket is opened.'\n{functions}"
    )
    assert plugins.find("fixes", "open-a-ticket").__name__ == "own_ticket"


@pytest.mark.parametrize(
    "source, said",
    [
        (None, "cannot be loaded: No module named 'own_bad'"),
        ("import no_such_module\n", "cannot be loaded"),
        ("look = 1\n", "has no function look"),
    ],
)
def test_a_broken_package_is_told(site: Path, source: str | None, said: str) -> None:
    install(site, "checks", "bad-one", "own_bad", source)
    with pytest.raises(PlaybookError, match=said):
        plugins.find("checks", "bad-one")


def test_what_nobody_offers_is_told() -> None:
    assert not plugins.exists("checks", "no-such-check")
    with pytest.raises(PlaybookError, match="there is no check 'no-such-check'"):
        plugins.find("checks", "no-such-check")
    with pytest.raises(PlaybookError, match="there is no fix 'no-such-fix'"):
        plugins.find("fixes", "no-such-fix")
