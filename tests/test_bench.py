import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from bench.__main__ import table
from bench.calls import Demo, read, short
from bench.imports import ImportCost, measure
from bench.overview import GROWTH, LIMIT, Speed
from bench.package import Package, unpacked

_VAULT = (
    "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11/resourceGroups/rg-backup-prod-weu"
    "/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
)


_PACKAGE = Package(450, compiled=200, packed=681_000, unpacked=2_000_000, folder=Path("app"), bare=Path("bare"))


@pytest.mark.parametrize(
    "operation, shown",
    [
        (f"GET {_VAULT}/backupJobs", "GET Microsoft.RecoveryServices/vaults/backupJobs"),
        (f"GET {_VAULT}/backupJobs/0a9c9a53", "GET Microsoft.RecoveryServices/vaults/backupJobs/{name}"),
        (f"GET {_VAULT}/providers/Microsoft.Authorization/locks", "GET Microsoft.Authorization/locks"),
        ("GET /subscriptions", "GET subscriptions"),
        ("GET /subscriptions/6c1f7a30/resourceGroups/rg/resources", "GET subscriptions/resourceGroups/resources"),
    ],
)
def test_an_operation_is_shown_as_arm_documents_it(operation: str, shown: str) -> None:
    assert short(operation) == shown


def test_calls_of_one_operation_are_added_up() -> None:
    calls = {f"GET {_VAULT}/backupJobs/one": 1, f"GET {_VAULT}/backupJobs/two": 2}
    demo = read({"scenario": "one", "incident": {"outcome": "resolved"}, "arm": {"calls": calls}})
    assert demo == Demo("one", "resolved", Counter({"GET Microsoft.RecoveryServices/vaults/backupJobs/{name}": 3}))


def test_the_table_shows_all_measurements() -> None:
    shown = io.StringIO()
    demo = Demo("one", "resolved", Counter({"GET /a": 2, "PUT /b": 1}))
    speed = Speed(overview=0.0123, newest=0.2, second=0.1, before=50, after=51.5)
    Console(file=shown, width=100).print(table(ImportCost(0.2, app=0.21, bare=0.25), demo, speed, 50_000, _PACKAGE))
    assert "ARM calls, scenario one (resolved)" in shown.getvalue()
    lines = shown.getvalue().splitlines()
    assert [line.split()[-1] for line in lines if line.strip().startswith("ratio")] == ["1.05", "1.25"]
    assert [line.split()[-1] for line in lines if line.strip().startswith(("GET /a ", "PUT /b "))] == ["2", "1"]
    assert any(line.split()[-2:] == ["250", "ms"] for line in lines if "nothing of the app compiled" in line)
    assert any(line.split()[-2:] == ["681", "KB"] for line in lines if "450 files, 200 of them compiled" in line)
    (page,) = (line for line in lines if "/api/ui" in line)
    assert page.split()[-2:] == ["12", "ms"]
    assert any("+1.5 MB" in line for line in lines)


@pytest.mark.parametrize(
    "overview, after, fine", [(LIMIT, 50 + GROWTH, True), (LIMIT + 0.01, 50, False), (0.1, 51 + GROWTH, False)]
)
def test_a_slow_page_and_a_growing_host_are_not_fine(overview: float, after: float, fine: bool) -> None:
    assert Speed(overview=overview, newest=0, second=0, before=50, after=after).fine is fine


def test_the_app_is_measured_in_fresh_interpreters_that_write_nothing() -> None:
    with unpacked() as package:
        before = _files(package.folder) | _files(package.bare)
        cost = measure(1, package)
        assert _files(package.folder) | _files(package.bare) == before
    assert 0 < cost.base < min(cost.app, cost.bare)


def test_the_package_is_unpacked_with_and_without_its_compiled_modules() -> None:
    with unpacked() as package:
        assert 0 < package.packed < package.unpacked
        assert len(_files(package.folder)) == package.files
        assert len(_files(package.bare)) == package.files - package.compiled
        assert package.compiled > 100
        assert not list(package.bare.rglob("*.pyc"))
    assert not package.folder.exists()


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}
