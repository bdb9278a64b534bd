"""What the engine asks of the functions host, what callers may set, and how it says no."""

from typing import Literal, Protocol

import msgspec

FunctionKind = Literal["orchestrator", "activity", "entity"]


class OrchestratorFailed(Exception):
    """An orchestrator's ``handle`` raised; the text is the exception's, ``$OutOfProcData$`` part included."""


class ActivityFailed(Exception):
    """An activity raised; the text is ``{class name}: {message}``."""


class EntityFailed(Exception):
    """An entity's ``handle`` itself raised, so that no operation of the batch has a result."""


class Refused(Exception):
    """The engine's answer to a client is no."""


class NotFound(Refused):
    """No such instance."""


class Gone(Refused):
    """The instance has ended."""


class AlreadyRunning(Refused):
    """An instance of this id is alive."""


class UnknownFunction(Refused):
    """The app has no such function."""


class BadRequest(Refused):
    """An id, a name or a state that the operation does not allow."""


class Invoker(Protocol):
    """Calls the app's functions; names are compared without case."""

    def knows(self, kind: FunctionKind, name: str) -> bool:
        """Whether the app has such a function."""
        ...

    async def orchestrator(self, name: str, request: str) -> str:
        """Run one episode: request JSON to response JSON.

        Raises:
            OrchestratorFailed: the handle raised.
        """
        ...

    async def activity(self, name: str, input_text: str) -> str:
        """Run an activity: JSON text to JSON text.

        Raises:
            ActivityFailed: it raised.
        """
        ...

    async def entity(self, name: str, request: str) -> str:
        """Run a batch of operations: request JSON to response JSON.

        Raises:
            EntityFailed: the handle raised.
        """
        ...


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one engine; the numbers are the defaults of host.json (Durable Functions, "host.json settings")."""

    hub_name: str = "TestHubName"
    leap: bool = False  # let the clock leap to the next due moment whenever nothing can run
    pace: float = 0.0  # real seconds to wait before each leap
    visibility_timeout: float = 300.0  # virtual seconds until the work of a dead process is handed out again
    max_concurrent_activities: int = 10
    max_concurrent_orchestrators: int = 10
    max_concurrent_entities: int = 10
    max_entity_batch: int = 50
    max_actions: int = 100_000
    stop_grace: float = 5.0  # real seconds that running work gets when the engine stops
