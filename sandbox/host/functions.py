"""One loaded function, as the host sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DURABLE_TRIGGERS = {
    "orchestrationTrigger": "orchestration",
    "activityTrigger": "activity",
    "entityTrigger": "entityName",
}


@dataclass(frozen=True)
class Signature:
    """What the worker found in a function's parameters and bindings.

    Attributes:
        inputs: Converter of each parameter: a binding type, or ``generic`` where the text is passed as it comes.
        returns: Converter of the result; None if the function must return nothing.
        wants_context: Whether it takes the invocation's ``context``.
    """

    inputs: Mapping[str, str]
    returns: str | None
    wants_context: bool


@dataclass(frozen=True)
class Function:
    """A function of the app: what to call, on which trigger, with which parameters."""

    name: str
    call: Callable[..., Any]
    is_async: bool
    directory: str
    signature: Signature
    trigger: Mapping[str, Any]
    bindings: tuple[Mapping[str, Any], ...]
    retry: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        """The trigger's binding type, for example ``httpTrigger``."""
        return str(self.trigger["type"])

    @property
    def parameter(self) -> str:
        """The parameter that receives the trigger's data."""
        return str(self.trigger["name"])

    @property
    def alias(self) -> str:
        """The name under which Durable addresses it; compared without case."""
        return str(self.trigger.get(DURABLE_TRIGGERS[self.kind]) or self.name)
