"""How the Durable engine reaches the app's orchestrators, activities and entities."""

from collections.abc import Iterable

from azure.functions.meta import Datum

from sandbox.durable.contract import ActivityFailed, EntityFailed, FunctionKind, OrchestratorFailed
from sandbox.host.dispatch import Dispatcher, failure_text
from sandbox.host.functions import DURABLE_TRIGGERS, Function

_KINDS: dict[str, FunctionKind] = {
    "orchestrationTrigger": "orchestrator",
    "activityTrigger": "activity",
    "entityTrigger": "entity",
}


class FunctionInvoker:
    """The engine's `Invoker` over the loaded functions."""

    def __init__(self, functions: Iterable[Function], dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._functions = {
            (_KINDS[function.kind], function.alias.lower()): function
            for function in functions
            if function.kind in DURABLE_TRIGGERS
        }

    def knows(self, kind: FunctionKind, name: str) -> bool:
        """Whether there is such a function; names are compared without case."""
        return (kind, name.lower()) in self._functions

    async def orchestrator(self, name: str, request: str) -> str:
        """One episode: request JSON in, response JSON out.

        Raises:
            OrchestratorFailed: with the exception's text, which holds the actions so far.
        """
        try:
            return await self._call("orchestrator", name, Datum(request, "string"))
        except Exception as error:  # the app's code may raise anything: the boundary to it
            raise OrchestratorFailed(failure_text(error)) from error

    async def activity(self, name: str, input_text: str) -> str:
        """One activity: JSON text in, JSON text out.

        Raises:
            ActivityFailed: as ``ClassName: message``.
        """
        try:
            return await self._call("activity", name, Datum(input_text, "json"))
        except Exception as error:  # the app's code may raise anything: the boundary to it
            raise ActivityFailed(failure_text(error)) from error

    async def entity(self, name: str, request: str) -> str:
        """One batch of operations; what goes wrong inside an operation is in the response.

        Raises:
            EntityFailed: the batch as a whole failed.
        """
        try:
            return await self._call("entity", name, Datum(request, "string"))
        except Exception as error:  # the app's code may raise anything: the boundary to it
            raise EntityFailed(failure_text(error)) from error

    async def _call(self, kind: FunctionKind, name: str, trigger: Datum) -> str:
        result = await self._dispatcher.call(self._functions[kind, name.lower()], trigger)
        return str(result.value) if result else "null"
