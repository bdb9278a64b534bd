"""Microsoft's own worker library loads the app, and agrees with the sandbox's host about every function."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sandbox.host.hints import LOADS, REFUSED
from tests.sources import ROOT
from tests.worker_library import PROTOS, library

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 13), reason="azure-functions-runtime, the worker of Azure, needs Python 3.13"
)

PRODUCT: dict[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
SAMPLE = ROOT / "tests" / "sandbox" / "host" / "apps"

_OURS = """
import json, os, sys
from pathlib import Path
from sandbox.host.loader import load
def describe(found):
    known = found.signature
    return {
        "inputs": dict(known.inputs),
        "returns": known.returns,
        "context": known.wants_context,
        "async": found.is_async,
    }
print(json.dumps({found.name: describe(found) for found in load(Path(sys.argv[1]), os.environ)}))
"""


def run(arguments: list[str], environ: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def sample(tmp_path: Path) -> dict[str, str]:
    return {
        "PYTHON_SCRIPT_FILE_NAME": "sample_app.py",
        "SAMPLE_SCHEDULE": "0 0 * * * *",
        "SAMPLE_JOURNAL": str(tmp_path / "journal"),
    }


def test_it_loads_every_function_of_the_app_as_our_host_does() -> None:
    theirs = run(["-m", "tests.worker_library", str(ROOT), "function_app.py"], PRODUCT)["functions"]
    assert theirs == run(["-c", _OURS, str(ROOT)], PRODUCT)
    assert "health" in theirs


def test_it_loads_the_sample_app_as_our_host_does(tmp_path: Path) -> None:
    environ = sample(tmp_path)
    theirs = run(["-m", "tests.worker_library", str(SAMPLE), "sample_app.py"], environ)["functions"]
    assert theirs == run(["-c", _OURS, str(SAMPLE)], environ)
    assert theirs["start"] == {
        "inputs": {"req": "httpTrigger", "client": "generic"},
        "returns": "http",
        "context": False,
        "async": True,
    }


def test_it_calls_the_app() -> None:
    found = run(["-m", "tests.worker_library", str(ROOT), "function_app.py", "health=req=http="], PRODUCT)
    answer = found["calls"]["health"]
    assert (answer["ok"], answer["error"]) == (True, None)
    assert answer["result"]["status"] == 200


def test_it_calls_what_durable_calls(tmp_path: Path) -> None:
    started = {"EventType": 12, "EventId": -1, "IsPlayed": False, "Timestamp": "2026-11-22T10:00:00Z"}
    begun = {**started, "EventType": 0, "Name": "Chain", "Input": '{"a": 1}', "Version": ""}
    request = {"history": [started, begun], "input": '{"a": 1}', "instanceId": "i", "isReplaying": False}
    request |= {"parentInstanceId": None, "upperSchemaVersion": 1}
    calls = ['work=payload=json={"step": 2}', f"chain=context=string={json.dumps(request)}"]
    found = run(["-m", "tests.worker_library", str(SAMPLE), "sample_app.py", *calls], sample(tmp_path))["calls"]
    assert json.loads(found["work"]["result"]) == {"did": 2}
    ((action,),) = json.loads(found["chain"]["result"])["actions"]
    assert action["functionName"] == "Work"


@pytest.mark.parametrize("hint,loads", [*((hint, True) for hint in LOADS), *((hint, False) for hint in REFUSED)])
def test_its_rules_for_annotations_are_ours(hint: object, loads: bool) -> None:
    library("bindings.meta").load_binding_registry()
    binding = SimpleNamespace(name="payload", type="activityTrigger", direction=0, data_type=None)
    parameters = {"payload": inspect.Parameter("payload", inspect.Parameter.POSITIONAL_OR_KEYWORD)}

    def check() -> None:
        registry = library("functions").Registry()
        registry.validate_function_params(parameters, {"payload": binding}, {"payload": hint}, "act", PROTOS)

    if loads:
        check()
    else:
        with pytest.raises(library("functions").FunctionLoadError, match="invalid non-type annotation"):
            check()
