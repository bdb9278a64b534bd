"""SDKs are imported by one thread at a time: a second one that comes in the middle would get half-made modules."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread

from responder.azure.clients import Clients
from responder.azure.importing import ALONE
from responder.settings import load
from tests.sources import ROOT, modules
from tests.test_function_app import GOOD

_MADE_ALONE = {"make", "_credential"}  # called by `Clients._once`, which holds the lock

# The first thread is stopped in the middle of azure.core, where it has imported azure.core.exceptions and not yet what
# azure.core.rest needs; the second one calls Azure then.
_RACE = """
import json, sys, threading, time
from responder.azure.gateway import rights_of
from responder.settings import load

inside = threading.Event()
rights = rights_of(load({**json.loads(sys.argv[1]), "RESPONDER_ARM_ENDPOINT": "https://127.0.0.1:1"}))[0]
told = {}

def pause(frame, event, _):
    if frame.f_code.co_name == "<module>" and "azure/core/pipeline/transport/_base" in frame.f_code.co_filename:
        inside.set()
        time.sleep(1)

def ask(call):
    name = threading.current_thread().name
    sys.settrace(pause if name == "first" else None)
    try:
        call()
    except Exception as error:
        told[name] = type(error).__name__

first = threading.Thread(target=ask, args=(rights.token_holder,), name="first")
second = threading.Thread(target=ask, args=(rights.service_time,), name="second")
first.start()
assert inside.wait(30)
second.start()
first.join()
second.join()
print(json.dumps(told, sort_keys=True))
"""


def test_a_call_that_comes_while_another_one_imports_the_sdk_waits_for_it() -> None:
    environ = {"IDENTITY_ENDPOINT": "http://127.0.0.1:1/msi", "IDENTITY_HEADER": "x"}
    command = [sys.executable, "-c", _RACE, json.dumps(GOOD)]
    run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == {"first": "Unavailable", "second": "Unavailable"}, run.stderr


def test_whatever_makes_a_client_is_alone() -> None:
    free: list[bool] = []

    def make() -> object:
        other = Thread(target=lambda: free.append(ALONE.acquire(blocking=False)))
        other.start()
        other.join()
        return object()

    Clients(load(GOOD), None, None)._once("kind", "subscription", make)
    assert free == [False]


def test_every_import_of_an_sdk_is_made_alone() -> None:
    found = [place for module in modules() if module.room == "responder" for place in _open(module.name, module.tree)]
    assert found == []


def _open(name: str, node: ast.AST, *, alone: bool = False) -> Iterator[str]:
    """Where a function imports an SDK while the lock may be free; at the top of a module only types are imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and not alone and _is_sdk(child.module):
            yield f"{name}:{child.lineno}"
        inside = alone or _holds(child) or (isinstance(child, ast.FunctionDef) and child.name in _MADE_ALONE)
        yield from _open(name, child, alone=inside or _only_types(child))


def _is_sdk(module: str | None) -> bool:
    return (module or "").startswith("azure.")


def _holds(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any(ast.unparse(item.context_expr) == "ALONE" for item in node.items)


def _only_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
