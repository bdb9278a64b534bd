"""Calls one function as the worker does: decode, run, check, encode."""

import asyncio
import contextvars
import functools
import logging
import types
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import uuid4

from azure.functions.meta import Datum

from sandbox.host.context import InvocationContext
from sandbox.host.converters import converter
from sandbox.host.functions import Function

invocation: contextvars.ContextVar[Mapping[str, str]] = contextvars.ContextVar(
    "invocation", default=types.MappingProxyType({})
)
"""Function and invocation id of the code that runs; the log reads it."""

_log = logging.getLogger("sandbox.host")


class Dispatcher:
    """Runs functions: coroutines on the loop, all others in one pool of threads.

    Source of the pool's default size: azure-functions-runtime 1.3.0, ``utils.threadpool``: that of Python.
    """

    def __init__(self, client_binding: Callable[[], str], threads: int | None = None) -> None:
        self._client_binding = client_binding
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")

    def close(self) -> None:
        """Start nothing more; what runs in a thread runs to its end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def call(self, function: Function, trigger: Datum) -> Datum | None:
        """The encoded result of one invocation; None for a function that returns nothing.

        Whatever the function or a converter raises comes through as it is.
        """
        invocation_id = str(uuid4())
        token = invocation.set({"function": function.name, "invocationId": invocation_id})
        try:
            return await self._logged(function, trigger, invocation_id)
        finally:
            invocation.reset(token)

    async def _logged(self, function: Function, trigger: Datum, invocation_id: str) -> Datum | None:
        _log.info("Executing 'Functions.%s'", function.name)
        try:
            result = await self._invoke(function, trigger, invocation_id)
        except BaseException:
            _log.exception("Executed 'Functions.%s' (Failed)", function.name)
            raise
        _log.info("Executed 'Functions.%s' (Succeeded)", function.name)
        return result

    async def _invoke(self, function: Function, trigger: Datum, invocation_id: str) -> Datum | None:
        arguments = self._arguments(function, trigger)
        if function.signature.wants_context:
            arguments["context"] = InvocationContext(invocation_id, function.name, function.directory)
        return _encoded(function, await self._run(function, arguments))

    def _arguments(self, function: Function, trigger: Datum) -> dict[str, Any]:
        return {
            name: self._client_binding() if name != function.parameter else _decoded(kind, trigger)
            for name, kind in function.signature.inputs.items()
        }

    async def _run(self, function: Function, arguments: dict[str, Any]) -> object:
        if function.is_async:
            return await function.call(**arguments)
        work = functools.partial(contextvars.copy_context().run, function.call, **arguments)
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def failure_text(error: BaseException) -> str:
    """How a failure travels to the host: ``ClassName: message``."""
    return f"{type(error).__name__}: {error}"


def _decoded(kind: str, data: Datum) -> Any:
    if kind == "generic":
        return _text(data)
    return converter(kind).decode(data, trigger_metadata={})


def _text(data: Datum) -> object:
    if data.type not in {"string", "bytes", "json"}:
        raise ValueError(f'unexpected type of data received for the "generic" binding: {data.type}')
    return data.value


def _encoded(function: Function, result: object) -> Datum | None:
    if function.signature.returns is None:
        if result is not None:
            raise RuntimeError(f"function {function.name!r} without a $return binding returned a non-None value")
        return None
    try:
        return cast("Datum", converter(function.signature.returns).encode(result, expected_type=None))
    except RuntimeError:  # how a converter says that it cannot
        kind = type(result).__name__
        raise TypeError(f'unsupported type "{function.signature.returns}" for Python type "{kind}"') from None
