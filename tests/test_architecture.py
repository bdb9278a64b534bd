"""Imports run one way: function_app -> handlers -> playbooks -> responder -> SDKs; the sandbox stands apart."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterable

import pytest

from tests.sources import PRODUCT, ROOT, Import, Module, imports, modules

_HEAVY = ("azure.core", "azure.identity", "azure.mgmt", "jsonschema", "requests")
_FUNCTIONS_SDK = ("azure.functions", "azure.durable_functions")
_ARM_SDK = ("azure.core", "azure.identity", "azure.mgmt", "msrest")


def _is_in(target: str, packages: Iterable[str]) -> bool:
    return any(target == package or target.startswith(f"{package}.") for package in packages)


def _of(*rooms: str) -> list[tuple[Module, Import]]:
    return [(module, found) for module in modules() if module.room in rooms for found in imports(module)]


@pytest.mark.parametrize("room", PRODUCT)
def test_every_room_of_the_product_is_there(room: str) -> None:
    assert [module for module in modules() if module.room == room]


@pytest.mark.parametrize("room", PRODUCT)
def test_a_room_imports_only_the_rooms_behind_it(room: str) -> None:
    before = PRODUCT[: PRODUCT.index(room)]
    assert [found for _, found in _of(room) if _is_in(found.target, before)] == []


def test_nothing_in_the_product_imports_the_sandbox_or_the_tools() -> None:
    others = ("sandbox", "tests", "bench", "build_tools", "infra_check")
    assert [found for _, found in _of(*PRODUCT) if _is_in(found.target, others)] == []


def test_the_check_of_the_templates_imports_no_more_than_the_settings() -> None:
    targets = {found.target for _, found in _of("infra_check") if _is_in(found.target, (*PRODUCT, "sandbox"))}
    assert targets == {"responder.settings.reference"}


def test_the_sandbox_imports_no_room_of_the_product() -> None:
    assert [found for _, found in _of("sandbox") if _is_in(found.target, PRODUCT)] == []


def test_only_the_front_door_and_the_handlers_know_azure_functions() -> None:
    assert [found for _, found in _of("playbooks", "responder") if _is_in(found.target, _FUNCTIONS_SDK)] == []


def test_durable_functions_is_imported_in_one_module_of_the_product() -> None:
    users = {module.name for module, found in _of(*PRODUCT) if _is_in(found.target, ("azure.durable_functions",))}
    assert users == {"handlers.durable"}


def test_only_the_gateway_knows_the_sdks_of_arm() -> None:
    users = {module.name for module, found in _of(*PRODUCT) if _is_in(found.target, _ARM_SDK)}
    assert {name for name in users if not name.startswith("responder.azure")} == set()


def test_the_sandbox_simulates_arm_without_its_sdks() -> None:
    assert [found for _, found in _of("sandbox") if _is_in(found.target, _ARM_SDK)] == []


def test_no_module_of_the_product_imports_a_heavy_library_at_its_top() -> None:
    assert [found for _, found in _of(*PRODUCT) if not found.lazy and _is_in(found.target, _HEAVY)] == []


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    """Every module that a new instance has imported once the app has loaded."""
    code = "import json, sys, function_app; print(json.dumps(sorted(sys.modules)))"
    environ = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return list(json.loads(run.stdout.splitlines()[-1]))


def test_loading_the_app_loads_no_sdk_of_arm(loaded: list[str]) -> None:
    # requests and azure.core are no fault of ours where the Durable SDK itself loads them.
    assert [name for name in loaded if _is_in(name, ("azure.identity", "azure.mgmt", "msal", "sandbox"))] == []


_MOST_AT_THE_DOOR = 33
"""Modules of the app that are loaded with it: each is compiled anew where nothing compiled is kept. A door more is one
module more; work is imported by the function that does it."""


def test_loading_the_app_loads_little_of_it(loaded: list[str]) -> None:
    ours = [name for name in loaded if _is_in(name, PRODUCT)]
    assert len(ours) <= _MOST_AT_THE_DOOR, ours
    assert [
        name
        for name in ours
        if _is_in(name, ("playbooks", "responder.azure", "responder.incident", "responder.intake"))
    ] == []


_MAY_STAND_IN_A_DOOR = ("azure.functions", "collections", "handlers.durable", "os", "responder.settings", "typing")


def test_a_module_that_declares_triggers_imports_its_work_when_it_is_asked_for() -> None:
    doors = {module.name for module, found in _of("handlers") if found.target == "handlers.durable.Blueprint"}
    assert len(doors) > 10
    told = [found for module, found in _of("handlers") if module.name in doors and not found.lazy]
    assert [found for found in told if not _is_in(found.target, _MAY_STAND_IN_A_DOOR)] == []


_CLOCKS = {"now", "today", "utcnow", "time", "time_ns", "monotonic"}
_MAY_READ_THE_MACHINES_CLOCK = {
    "handlers.switching",  # who stopped the app when: a record for people
    "handlers.pages.overview",  # which days its figures tell of
    "handlers.pages.session",  # when a web session ends, which its browser counts by a real clock too
    "handlers.deciding",  # when a person decided, for people to read
    "handlers.delivering",  # the signature's time, which receivers compare with their own clock
    "responder.cli.checkup",  # whether the clock of whoever asks is right
    "responder.doctor.clock",  # whether this clock is right
}


def _calls(module: Module) -> set[str]:
    """Dotted names of what a module calls, for example ``time.sleep``."""
    return {ast.unparse(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}


def test_nothing_in_the_product_sleeps_but_durable_timers() -> None:
    waiting = {
        call
        for module in modules()
        if module.room in PRODUCT and module.name != "handlers.choices"  # seconds, for a store that writes it down
        for call in _calls(module)
        if "sleep" in call
    }
    assert waiting <= {
        "hops.sleep_until",
        "self._hops.sleep_until",
        "self.sleep_until",
    }


def test_decisions_do_not_ask_the_machines_clock() -> None:
    askers = {
        module.name
        for module in modules()
        if module.room in PRODUCT
        for call in _calls(module)
        if call.split(".")[0] in {"datetime", "date", "time"} and call.rpartition(".")[2] in _CLOCKS
    }
    assert askers == _MAY_READ_THE_MACHINES_CLOCK
