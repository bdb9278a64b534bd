"""The files around the code agree with each other: requirements, settings, host, package and commands."""

import json
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from responder.settings import load
from responder.version import VERSION
from tests.sources import PRODUCT, ROOMS, ROOT, imports, modules

_LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-supply.txt")
_INPUTS = ("requirements.in", "requirements-dev.in", "requirements-supply.in")
_PINNED = re.compile(
    r"^(?P<name>[a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(?P<version>[0-9][0-9A-Za-z.+]*)(?: ; (?P<when>[^#]+?))?"
    r"(?: --hash=sha256:[0-9a-f]{64})+$"
)
_DIRECT = re.compile(r"^(?P<name>[A-Za-z0-9-]+)(?:\[[a-z,]+\])?(?:==(?P<version>[^ ;]+))?(?: ; .+)?$")

_AZURE = {
    "azure.core.": "azure-core",
    "azure.durable_functions.": "azure-functions-durable",
    "azure.functions.": "azure-functions",
    "azure.identity.": "azure-identity",
    "azure.mgmt.compute.": "azure-mgmt-compute",
    "azure.mgmt.recoveryservicesbackup.": "azure-mgmt-recoveryservicesbackup",
    "azure.mgmt.resource.locks.": "azure-mgmt-resource-locks",
    "azure.mgmt.resource.resources.": "azure-mgmt-resource",
}

_DEPLOYED = ("function_app.py", "handlers", "host.json", "playbooks", "requirements.txt", "responder")
_NOT_DEPLOYED = (
    *(".azure", ".ci", ".git", ".gitignore", ".venv", ".venv-3.13", "bench", "build_tools", "dist", "docs"),
    *(
        "infra",
        "infra_check",
        "sandbox",
        "tests",
        "CHANGELOG.md",
        "Makefile",
        "README.md",
        "azure.yaml",
        "local.settings.json",
    ),
    *("local.settings.sample.json", "pyproject.toml", "requirements-dev.txt", "requirements.in"),
)


def _read(name: str) -> str:
    return (ROOT / name).read_text()


def _json(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_read(name))
    return content


def _entries(name: str) -> list[str]:
    whole = _read(name).replace("\\\n    ", "")  # an entry and its hashes are one line
    return [line for line in whole.splitlines() if line and not line.lstrip().startswith(("#", "-c ", "-r "))]


def _pins(name: str) -> set[tuple[str, str]]:
    return {(found["name"], found["version"]) for found in map(_PINNED.match, _entries(name)) if found}


def _direct(name: str) -> list[tuple[str, str | None]]:
    found = [(line, _DIRECT.match(line)) for line in _entries(name)]
    assert [line for line, match in found if match is None] == []
    return [(match["name"].lower(), match["version"]) for _, match in found if match]


@pytest.mark.parametrize("name", _LOCKS)
def test_every_requirement_is_pinned_exactly_with_its_hashes_and_names_no_host(name: str) -> None:
    assert [line for line in _entries(name) if not _PINNED.match(line)] == []
    assert "://" not in _read(name)


@pytest.mark.parametrize("lock, inputs", list(zip(_LOCKS, _INPUTS, strict=True)))
def test_the_lock_holds_what_was_asked_for(lock: str, inputs: str) -> None:
    pins = _pins(lock)
    assert pins
    for package, version in _direct(inputs):
        assert [found for found in pins if found[0] == package and version in {None, found[1]}], package


def test_the_tools_are_resolved_on_top_of_the_deployed_set() -> None:
    assert _pins("requirements.txt") - _pins("requirements-dev.txt") == set()


def test_every_direct_dependency_is_explained_and_nothing_else() -> None:
    explained = re.findall(
        r"^\| `([A-Za-z0-9-]+)`", _read("docs/dependencies.md").partition("## Not used")[0], re.MULTILINE
    )
    asked_for = {package for name in _INPUTS for package, _ in _direct(name)}
    assert sorted(map(str.lower, explained)) == sorted(asked_for)


def test_the_host_loads_the_supported_extension_bundle() -> None:
    host = _json("host.json")
    assert host["version"] == "2.0"
    assert host["extensionBundle"] == {
        "id": "Microsoft.Azure.Functions.ExtensionBundle",
        "version": "[4.*, 5.0.0)",
    }
    assert host["extensions"]["http"]["routePrefix"] == "api"


def test_the_task_hub_has_a_name_that_azure_storage_takes() -> None:
    durable = _json("host.json")["extensions"]["durableTask"]
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{2,44}", durable["hubName"])
    assert durable["storageProvider"]["type"] == "AzureStorage"
    assert durable["extendedSessionsEnabled"] is False


def test_the_sample_settings_are_complete_and_valid() -> None:
    sample = _json("local.settings.sample.json")
    assert sample["IsEncrypted"] is False
    assert sample["Values"]["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert load(sample["Values"]).mode == "read-only"


def _ignored(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in _entries(".funcignore"))


@pytest.mark.parametrize("name", _DEPLOYED)
def test_the_package_holds_the_app(name: str) -> None:
    assert not _ignored(name)


@pytest.mark.parametrize("name", _NOT_DEPLOYED)
def test_the_package_holds_the_app_alone(name: str) -> None:
    assert _ignored(name)


def test_nothing_lies_at_the_root_that_the_package_has_no_opinion_on() -> None:
    names = {path.name for path in ROOT.iterdir() if path.is_file() and path.name != ".funcignore"}
    assert {name for name in names if not _ignored(name)} == {name for name in _DEPLOYED if "." in name}


def test_one_version_everywhere() -> None:
    assert tomllib.loads(_read("pyproject.toml"))["project"]["version"] == VERSION
    assert re.search(rf"^## \[(?:Unreleased|{re.escape(VERSION)})\]", _read("CHANGELOG.md"), re.MULTILINE)


def test_make_lists_its_targets() -> None:
    run = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    listed = set(re.findall(r"^  make ([\w-]+)", run.stdout, re.MULTILINE))
    assert listed == {
        "setup",
        "demo",
        "test",
        "check",
        "format",
        "browser",
        "docs",
        "bench",
        "infra-check",
        "soak",
        "storm",
        "lock",
        "package",
        "sbom",
        "audit",
        "clean",
        "help",
    }


def test_the_whole_check_is_a_valid_script() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", Path(script)], check=True)  # noqa: S607
    assert script.stat().st_mode & 0o111
    assert "make check test" in script.read_text()


def _imported(*rooms: str) -> set[str]:
    return {found.target for module in modules() if module.room in rooms for found in imports(module)}


def _distributions(targets: set[str]) -> set[str]:
    """The third-party packages behind imported names; those of the `azure` namespace by their longest match."""
    by_top = packages_distributions()
    plain = {top for target in targets if (top := target.partition(".")[0]) != "azure"}
    found = {by_top[top][0].lower() for top in plain if top in by_top and top not in ROOMS}
    return found | {name for target in targets for prefix, name in _AZURE.items() if f"{target}.".startswith(prefix)}


@pytest.mark.parametrize(
    "inputs, rooms",
    [
        (("requirements.in",), PRODUCT),
        (_INPUTS, ("sandbox", "bench", "build_tools", "infra_check", "tests")),
    ],
    ids=["deployed", "tools"],
)
def test_what_is_imported_was_asked_for(inputs: tuple[str, ...], rooms: tuple[str, ...]) -> None:
    asked_for = {package for name in inputs for package, _ in _direct(name)}
    assert _distributions(_imported(*rooms)) - asked_for == set()
