"""The ``context`` that a function may ask for."""

import threading
from dataclasses import dataclass, field
from typing import Any

import azure.functions as func

_LOCAL = threading.local()


@dataclass(frozen=True)
class _Trace:
    trace_parent: str = ""
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class _Retry:
    retry_count: int = 0
    max_retry_count: int = 0
    exception: None = None


class InvocationContext(func.Context):
    """One invocation: its id and its function; no distributed trace."""

    def __init__(self, invocation_id: str, function_name: str, function_directory: str) -> None:
        self._invocation_id = invocation_id
        self._function_name = function_name
        self._function_directory = function_directory

    @property
    def invocation_id(self) -> str:
        """Unique per invocation."""
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        """Storage of the calling thread."""
        return _LOCAL

    @property
    def function_name(self) -> str:
        """The function's name in the app."""
        return self._function_name

    @property
    def function_directory(self) -> str:
        """The folder of the function's module."""
        return self._function_directory

    @property
    def trace_context(self) -> Any:
        """An empty trace."""
        return _Trace()

    @property
    def retry_context(self) -> Any:
        """Always a first attempt."""
        return _Retry()
