"""What is delivered: the package holds the app and nothing else, and runs with the deployed packages alone."""

import json
import marshal
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from build_tools import audit, licences
from build_tools.package import build, files, main
from tests.sources import PRODUCT, ROOT

_SETTINGS = ROOT / "local.settings.sample.json"
_OF_THE_APP = {"function_app.py", "handlers", "host.json", "playbooks", "requirements.txt", "responder"}
_MADE = {"__pycache__"}

# What a worker does with the app, and then everything that it may ever import, read or show.
_USED = """
import importlib, json, os, pkgutil, sys
os.environ.update(json.load(open(sys.argv[1]))["Values"])
import function_app
import handlers, playbooks, responder
for room in (handlers, playbooks, responder):
    for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
from handlers.pages.render import environment
from playbooks import loader
codes = loader.build_index()["codes"]
for name in set(codes.values()):
    loader.load(name)
for name in environment().list_templates():
    environment().get_template(name)
print(json.dumps({
    "app": function_app.__file__,
    "functions": len(function_app.app.get_functions()),
    "codes": len(codes),
    "templates": len(environment().list_templates()),
    "foreign": sorted({"pytest", "sandbox", "tests", "rich", "hypothesis", "pathspec"} & set(sys.modules)),
}))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    archive = tmp_path_factory.mktemp("package") / "app.zip"
    build(archive)
    return ZipFile(archive)


def _product() -> Iterator[str]:
    yield from ("function_app.py", "host.json", "requirements.txt")
    for room in PRODUCT[1:]:
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and not _MADE & set(path.parts):
                yield path.relative_to(ROOT).as_posix()


def _compiled(name: str) -> str:
    folder, _, module = name.removesuffix(".py").rpartition("/")
    return f"{folder}/__pycache__/{module}.{sys.implementation.cache_tag}.pyc".lstrip("/")


def test_the_package_holds_the_whole_app_and_nothing_else(package: ZipFile) -> None:
    product = set(_product())
    assert set(package.namelist()) == product | {_compiled(name) for name in product if name.endswith(".py")}
    assert {name.partition("/")[0] for name in package.namelist()} == _OF_THE_APP | _MADE


@pytest.mark.parametrize(
    "wanted",
    [
        r"handlers/languages/ko\.json",
        r"playbooks/languages/ko\.json",
        r"responder/languages/ko\.json",
        r"playbooks/catalogue/index\.json",
        r"playbooks/catalogue/UserErrorRpCollectionLimitReached\.yaml",
        r"playbooks/guidance/windows-agent\.yaml",
        r"handlers/pages/templates/base\.html",
        r"handlers/pages/templates/style\.css",
    ],
)
def test_the_package_holds_what_is_no_module(package: ZipFile, wanted: str) -> None:
    assert any(re.fullmatch(wanted, name) for name in package.namelist())


@pytest.mark.parametrize("state", [[], ["-O"]])
def test_the_same_files_make_the_same_package(package: ZipFile, tmp_path: Path, state: list[str]) -> None:
    """Whatever else the process has loaded, which shows in what it compiles."""
    again = tmp_path / "again.zip"
    command = [sys.executable, *state, "-m", "build_tools.package", str(again)]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "7"}, stdout=subprocess.PIPE, check=True
    )
    assert f"compiled for Python {sys.version_info.major}.{sys.version_info.minor}" in run.stdout.decode()
    assert package.filename
    assert again.read_bytes() == Path(package.filename).read_bytes()


def test_nothing_in_the_package_tells_where_it_was_made(package: ZipFile) -> None:
    assert [name for name in package.namelist() if str(ROOT).encode() in package.read(name)] == []
    modules = [name for name in package.namelist() if name.endswith(".py")]
    told = [marshal.loads(package.read(_compiled(name))[16:]).co_filename for name in modules]  # noqa: S302  our own
    assert told == modules


def test_a_deployed_app_compiles_nothing_and_still_tells_where_its_code_stands(
    package: ZipFile, tmp_path: Path
) -> None:
    package.extractall(tmp_path)
    for path in tmp_path.rglob("*.py"):
        path.write_text("no Python")
    code = "import function_app, handlers.start as one; print(one.open_incident.__code__.co_filename)"
    environ = os.environ | json.loads(_SETTINGS.read_text())["Values"]
    run = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split()[-1] == str(tmp_path / "handlers" / "start.py")


def test_another_python_compiles_for_itself(package: ZipFile, tmp_path: Path) -> None:
    package.extractall(tmp_path)
    for path in tmp_path.rglob("*.pyc"):
        path.write_bytes(b"\0\0\r\n" + path.read_bytes()[4:])  # no version's number
    code = "import handlers.keys as keys; print(keys.ORCHESTRATOR)"
    run = subprocess.run([sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.strip()) == (0, "incident"), run.stderr


def test_a_python_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["package", str(tmp_path / "app.zip"), "--python", "python-of-nobody"])
    with pytest.raises(SystemExit):
        main()
    assert "there is no Python 'python-of-nobody'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_secret_of_a_developer_stays_at_home(tmp_path: Path) -> None:
    for name in (".funcignore", "host.json", "local.settings.json", ".env", "tests/x.py", "handlers/tests.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / ".funcignore").write_text((ROOT / ".funcignore").read_text())
    assert list(files(tmp_path)) == ["host.json", "handlers/tests.py"]


def test_the_package_runs_with_the_deployed_packages_alone(package: ZipFile, tmp_path: Path) -> None:
    app, installed = tmp_path / "app", tmp_path / "installed"
    package.extractall(app)
    _link_the_deployed(app / "requirements.txt", installed)
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        f"import sys; sys.path[:0] = {[str(app), str(installed)]}\n{_USED}",
    ]
    run = subprocess.run([*command, _SETTINGS], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert told["app"] == str(app / "function_app.py")
    assert min(told["functions"], told["codes"], told["templates"]) > 10
    assert told["foreign"] == []


def _link_the_deployed(requirements: Path, folder: Path) -> None:
    """A folder with links to every file of the packages that Azure would install, and of no other."""
    for name in re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==", requirements.read_text(), re.MULTILINE):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform
        for path in found.files or ():
            if path.suffix != ".pyc" and ".." not in path.parts:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                target.symlink_to(str(path.locate()))


def test_every_deployed_package_has_a_permissive_licence_and_the_documents_say_which() -> None:
    assert list(licences.problems(ROOT / "requirements.txt", ROOT / "docs" / "dependencies.md")) == []


def test_another_licence_than_the_documents_say_is_told(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("| `PyYAML` | Reads. | BSD-3-Clause |\n")
    found = list(licences.problems(ROOT / "requirements.txt", tmp_path / "documents"))
    assert found == ["pyyaml: the documents say BSD-3-Clause, the package MIT"]


def test_a_licence_that_asks_for_more_is_told(tmp_path: Path) -> None:
    (tmp_path / "requirements").write_text("hypothesis==6.0 \\\n")
    (tmp_path / "documents").write_text("")
    assert list(licences.problems(tmp_path / "requirements", tmp_path / "documents")) == ["hypothesis: MPL-2.0"]


@pytest.mark.parametrize(
    "expression, permissive",
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("LGPL-3.0-only", False),
        ("", False),
    ],
)
def test_what_is_permissive(expression: str, *, permissive: bool) -> None:
    assert licences.permissive(expression) is permissive


@pytest.mark.parametrize(
    "packages, code, told",
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "vulnerabilities: none is known in 1 packages"),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}],
            1,
            "a 1: PYSEC-1, mended in 2",
        ),
        (
            [{"name": "a", "skip_reason": "not found"}],
            0,
            "NOT AUDITED: 1 of 1 packages could not be looked up; they may be unsound",
        ),
        (None, 0, "NOT AUDITED: the advisories could not be asked: no route"),
    ],
)
def test_only_a_finding_fails_and_what_nobody_looked_up_is_not_called_sound(
    packages: list[object] | None, code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = "" if packages is None else json.dumps({"dependencies": packages})
    tool = tmp_path / "tool"
    tool.write_text(f"#!/bin/sh\necho 'no route' >&2\necho '{report}'\nexit {code}\n")
    tool.chmod(0o755)
    assert audit.main([str(tool)]) == code
    assert capsys.readouterr().out.strip() == told
