"""Indexes an app the way the Python worker does: import, exactly one register, its functions, strictly checked."""

import importlib
import inspect
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func

from sandbox.host.annotations import LoadError, signature_of
from sandbox.host.config import expand
from sandbox.host.functions import Function

_SUPPORTED = {
    "httpTrigger",
    "http",
    "eventGridTrigger",
    "timerTrigger",
    "durableClient",
    "orchestrationTrigger",
    "activityTrigger",
    "entityTrigger",
}


def load(root: Path, environ: Mapping[str, str]) -> list[Function]:
    """Every function of the app in a folder that is not disabled, in the order of their declaration.

    Importing runs the app's module code: whatever it raises comes through as it is.

    Raises:
        LoadError: a function breaks a rule of the worker, or needs a binding that this host does not have.
        ValueError: there is not exactly one app object, or two functions share a name.
        ConfigError: a %NAME% in a binding is no app setting.
    """
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    script = environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
    register = _register(importlib.import_module(Path(script).stem), script)
    loaded = [_function(found, environ) for found in register.get_functions()]
    return [function for function in loaded if not _disabled(function.name, environ)]


def local_environ(settings: Mapping[str, str], address: str) -> None:
    """Put the app settings where the app looks for them, with what the platform itself would set."""
    os.environ.update(settings)
    os.environ.setdefault("FUNCTIONS_WORKER_RUNTIME", "python")
    os.environ.setdefault("WEBSITE_HOSTNAME", address)


def _register(module: ModuleType, script: str) -> func.FunctionRegister:
    found = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
    if len(found) > 1:
        raise ValueError(f"more than one {type(found[0]).__name__} or other top level app instances in {script}")
    if not found:
        raise ValueError(f"could not find a top level function app instance in {script}")
    return found[0]


def _function(found: Any, environ: Mapping[str, str]) -> Function:
    name, call = str(found.get_function_name()), found.get_user_function()
    bindings = tuple(expand(json.loads(text), environ) for text in found.get_raw_bindings())
    _check_bindings(name, bindings)
    trigger = next((binding for binding in bindings if binding["type"].endswith("Trigger")), None)
    if trigger is None:
        raise LoadError(name, "it has no trigger")
    return Function(
        name=name,
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        directory=str(Path(inspect.getfile(call)).parent),
        signature=signature_of(name, call, bindings),
        trigger=trigger,
        bindings=bindings,
        retry=found.get_settings_dict("retry_policy"),
    )


def _check_bindings(name: str, bindings: tuple[Mapping[str, Any], ...]) -> None:
    for binding in bindings:
        if binding["type"] not in _SUPPORTED:
            raise LoadError(name, f"binding {binding['name']} of type {binding['type']} is none that this host plays")
        if binding["name"] == "$return" and binding["direction"] != "OUT":
            raise LoadError(name, '"$return" binding must have direction set to "out"')


def _disabled(name: str, environ: Mapping[str, str]) -> bool:
    """Source: Microsoft Learn, "How to disable functions in Azure Functions" (a dot is no letter on Linux)."""
    value = environ.get(f"AzureWebJobs.{name}.Disabled") or environ.get(f"AzureWebJobs__{name}__Disabled", "")
    return value.lower() in {"1", "true"}
