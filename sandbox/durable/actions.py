"""The response of an orchestrator's episode: every action since the beginning, and how it ended.

Source: azure-functions-durable 1.7.0, ``models/OrchestratorState.py`` and ``models/actions``.
"""

from enum import IntEnum
from typing import Any

import msgspec

_FAILURE_MARK = "\n\n$OutOfProcData$:"


class ActionType(IntEnum):
    """Numbers of the actions."""

    CALL_ACTIVITY = 0
    CALL_ACTIVITY_WITH_RETRY = 1
    CALL_SUB_ORCHESTRATOR = 2
    CALL_SUB_ORCHESTRATOR_WITH_RETRY = 3
    CONTINUE_AS_NEW = 4
    CREATE_TIMER = 5
    WAIT_FOR_EXTERNAL_EVENT = 6
    CALL_ENTITY = 7
    CALL_HTTP = 8
    SIGNAL_ENTITY = 9
    SCHEDULED_SIGNAL_ENTITY = 10
    WHEN_ANY = 11
    WHEN_ALL = 12


class RetryOptions(msgspec.Struct, rename="camel", frozen=True):
    """When to try again: attempts in total, the pause between two of them in milliseconds."""

    first_retry_interval_in_milliseconds: int
    max_number_of_attempts: int


class Action(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One action of the list; which fields are set depends on its type."""

    action_type: int
    function_name: str = ""
    input: str | None = None
    instance_id: str | None = None
    version: str | None = None
    retry_options: RetryOptions | None = None
    fire_at: str = ""
    is_canceled: bool = False
    external_event_name: str = ""
    operation: str = ""
    compound_actions: list["Action"] = []


class Response(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What an episode answered."""

    is_done: bool = False
    schema_version: int = 0
    actions: list[list[Action]] = []
    output: Any = None
    error: str | None = None
    custom_status: Any = None

    @property
    def flat(self) -> list[Action]:
        """The actions in order; schemas 1 and 2 send one inner list."""
        return [action for group in self.actions for action in group]

    @property
    def ended(self) -> bool:
        """Whether the orchestrator returned, raised or continues as new."""
        return self.is_done or self.error is not None


def parse_response(text: str) -> Response:
    """The response of an episode that did not raise.

    Raises:
        msgspec.DecodeError, msgspec.ValidationError: the text is no response.
    """
    return msgspec.json.decode(text, type=Response)


def parse_failure(text: str) -> Response | None:
    """The response inside the text of an exception; None if it carries none.

    Raises:
        msgspec.DecodeError, msgspec.ValidationError: what it carries is no response.
    """
    message, mark, state = text.partition(_FAILURE_MARK)
    if not mark:
        return None
    found = parse_response(state)
    return found if found.error else msgspec.structs.replace(found, error=message)
