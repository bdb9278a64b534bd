"""The functions of the app, as the Functions host would be told of them."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
_TELL = """
import json, function_app
rows = []
for one in function_app.app.get_functions():
    trigger = one.get_trigger().get_dict_repr()
    rows.append([one.get_function_name(), trigger["type"], trigger.get("route", "")])
print(json.dumps(rows))
"""


class Function(NamedTuple):
    """A function: its name, the type of its trigger, and its route if it has one."""

    name: str
    trigger: str
    route: str


@cache
def functions() -> dict[str, Function]:
    """All functions by name. The app is loaded in a process of its own, with the sample's settings.

    Raises:
        subprocess.CalledProcessError: the app does not load; its stderr says why.
    """
    sample = json.loads((_ROOT / "local.settings.sample.json").read_text())["Values"]
    path = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-c", _TELL], cwd=_ROOT, env={**path, **sample}, capture_output=True, text=True, check=True
    )
    return {name: Function(name, trigger, route) for name, trigger, route in json.loads(run.stdout.splitlines()[-1])}
