"""Indexing an app: one register, names, bindings, settings."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from sandbox.host.annotations import LoadError
from sandbox.host.config import ConfigError
from sandbox.host.functions import Function
from sandbox.host.loader import load

HEAD = """
import azure.functions as func
import azure.durable_functions as df
app = df.DFApp()
"""
PAGE = """
@app.route(route="a")
def page(req: func.HttpRequest) -> str:
    return ""
"""


class Loader:
    """Writes an app under a module name of its own and loads it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, source: str, environ: Mapping[str, str] | None = None) -> list[Function]:
        script = f"app_{uuid4().hex}.py"
        (self.root / script).write_text(source)
        return load(self.root, {"PYTHON_SCRIPT_FILE_NAME": script, **(environ or {})})


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Loader]:
    path, modules = list(sys.path), set(sys.modules)
    yield Loader(tmp_path)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("app_"):
            del sys.modules[name]


def test_functions_are_found_in_order(app: Loader) -> None:
    more = '@app.activity_trigger(input_name="payload")\ndef look(payload: dict) -> dict:\n    return payload\n'
    functions = app(HEAD + PAGE + more)
    assert [(found.name, found.kind, found.parameter) for found in functions] == [
        ("page", "httpTrigger", "req"),
        ("look", "activityTrigger", "payload"),
    ]


def test_two_registers_are_refused(app: Loader) -> None:
    with pytest.raises(ValueError, match="more than one DFApp"):
        app(HEAD + PAGE + "other = df.DFApp()\n")


def test_a_blueprint_is_no_register(app: Loader) -> None:
    with pytest.raises(ValueError, match="could not find a top level function app"):
        app(HEAD.replace("DFApp", "Blueprint") + PAGE)


def test_a_name_that_occurs_twice_is_refused(app: Loader) -> None:
    with pytest.raises(ValueError, match="does not have a unique function name"):
        app(HEAD + PAGE + PAGE)


def test_one_bad_function_stops_the_whole_app(app: Loader) -> None:
    bad = '@app.activity_trigger(input_name="payload")\ndef look(payload: dict[str, str]) -> None: ...\n'
    with pytest.raises(LoadError, match=r"cannot load the look function: binding payload"):
        app(HEAD + PAGE + bad)


def test_a_binding_that_nobody_plays_is_refused(app: Loader) -> None:
    queue = '@app.queue_trigger(arg_name="q", queue_name="q", connection="C")\ndef on(q: str) -> None: ...\n'
    with pytest.raises(LoadError, match=r"on function: binding q of type queueTrigger"):
        app(HEAD + queue)


TIMER = '@app.timer_trigger(arg_name="t", schedule="%WHEN%")\ndef tick(t: func.TimerRequest) -> None: ...\n'


def test_app_settings_are_filled_in(app: Loader) -> None:
    (tick,) = app(HEAD + TIMER, {"WHEN": "0 0 1 * * *"})
    assert tick.trigger["schedule"] == "0 0 1 * * *"


def test_a_missing_app_setting_is_named(app: Loader) -> None:
    with pytest.raises(ConfigError, match="%WHEN% does not resolve"):
        app(HEAD + TIMER)


@pytest.mark.parametrize("setting", ["AzureWebJobs.page.Disabled", "AzureWebJobs__page__Disabled"])
def test_a_disabled_function_is_left_out(app: Loader, setting: str) -> None:
    assert app(HEAD + PAGE, {setting: "true"}) == []


def test_what_the_module_raises_comes_through(app: Loader) -> None:
    with pytest.raises(RuntimeError, match="SETTING is missing"):
        app('raise RuntimeError("SETTING is missing")')
