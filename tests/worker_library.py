"""Loads and calls an app with Microsoft's own worker library.

``python -m tests.worker_library ROOT SCRIPT [CALL ...]``

Prints one JSON object: what the library found out about every function, and what each CALL gave. A CALL is
``function=parameter=kind=value`` with the Datum that the parameter receives. Needs azure-functions-runtime 1.3.0,
the library that Azure itself runs from Python 3.13 on; its API is made for that host, so this file is its only user.
"""

import asyncio
import importlib
import json
import sys
from types import SimpleNamespace
from typing import Any

_RUNTIME = "azure_functions_runtime"


class _Record(SimpleNamespace):
    """Stands in for a protobuf message: keeps its fields."""


class _Binding(_Record):
    undefined = None
    inout = 2
    out = 1


PROTOS = SimpleNamespace(BindingInfo=_Binding, RpcFunctionMetadata=_Record, RpcRetryOptions=_Record)
"""All that the library asks of the compiled messages."""


def library(module: str) -> Any:
    """One of its modules."""
    return importlib.import_module(f"{_RUNTIME}.{module}")


def load(root: str, script: str) -> dict[str, Any]:
    """Index the app and load every function; whatever the library raises comes through."""
    sys.path.insert(0, root)
    library("bindings.meta").load_binding_registry()
    loader, registry = library("loader"), library("handle_event")._functions
    loader.process_indexed_function(PROTOS, registry, loader.index_function_app(script), root)
    return {info.name: info for info in registry._functions.values()}


def describe(info: Any) -> dict[str, Any]:
    """The facts of one function that our own host must agree with."""
    return {
        "inputs": {name: kind.binding_name for name, kind in info.input_types.items()},
        "returns": info.return_type.binding_name if info.return_type else None,
        "context": info.requires_context,
        "async": info.is_async,
    }


async def call(info: Any, parameter: str, kind: str, value: str) -> dict[str, Any]:
    """Invoke a function with one input."""
    datum = library("bindings.datumdef").Datum
    given = _request(datum) if kind == "http" else datum(value, kind)
    invoke = library("native_invocation").invocation_request_native
    ok, result, _, error, _ = await invoke("an-invocation", info.function_id, [(parameter, given)], {})
    return {"ok": ok, "result": _plain(result), "error": error}


def _request(datum: Any) -> Any:
    text = {"method": datum("GET", "string"), "url": datum("http://127.0.0.1/", "string")}
    return datum({**text, "headers": {}, "query": {}, "params": {}, "body": datum(b"", "bytes")}, "http")


def _plain(result: Any) -> object:
    if result is None or result.type != "http":
        return result and result.value
    return {"status": int(result.value["status_code"].value), "body": result.value["body"].value.decode()}


def main(root: str, script: str, *calls: str) -> None:
    """Print what the library finds."""
    found = load(root, script)
    library("utils.threadpool").start_threadpool_executor()
    results = {}
    for text in calls:
        name, parameter, kind, value = text.split("=", 3)
        results[name] = asyncio.run(call(found[name], parameter, kind, value))
    library("utils.threadpool").stop_threadpool_executor()
    print(json.dumps({"functions": {name: describe(info) for name, info in found.items()}, "calls": results}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
