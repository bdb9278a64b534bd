"""Every error that the app raises by itself, as one tree.

::

    ResponderError
    ├── SettingsError            app settings are missing or wrong; lists all of them
    ├── IntakeError              a request body that cannot be an alert
    │   ├── BodyNotJson
    │   └── BodyTooLarge
    ├── PlaybookError            a playbook file that cannot be used
    ├── DeliveryError            a result that could not be posted
    ├── NotForChanges            a gateway that was made for reading was asked to change something
    ├── ApiError                 the app's own HTTP API said no, or nothing (command line)
    └── ArmError                 Azure Resource Manager said no, or nothing
        ├── NotFound             404
        ├── Forbidden            401, 403: names the missing action and its scope
        ├── ScopeLocked          409 ScopeLocked: names the locked scopes
        ├── Conflict             409 otherwise
        ├── TryLater             says how long to wait, if the service does
        │   ├── Throttled        429
        │   └── Unavailable      408, 5xx, no connection, no answer: the effect of the request is unknown
        └── Rejected             any other refusal; also a long-running operation that ended Failed
"""

from typing import TypedDict, Unpack

from responder.wire import Wire


class ResponderError(Exception):
    """Root of the tree."""


class Problem(Wire):
    """One app setting that is missing or wrong."""

    name: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what}. {self.remedy}"


class SettingsError(ResponderError):
    """The app must not start with these settings; ``problems`` holds all of them, never the first alone."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class IntakeError(ResponderError):
    """A request body that cannot be an alert, whatever its shape."""


class BodyNotJson(IntakeError):
    """The body is not one JSON document in UTF-8."""


class BodyTooLarge(IntakeError):
    """The body is larger than the limit.

    Attributes:
        size: bytes received.
        limit: bytes allowed.
    """

    def __init__(self, size: int, limit: int) -> None:
        self.size = size
        self.limit = limit
        super().__init__(f"The body has {size} bytes; {limit} are allowed.")


class PlaybookError(ResponderError):
    """A playbook file that cannot be used; the message names the file and the field."""


class DeliveryError(ResponderError):
    """A result that could not be posted."""


class NotForChanges(ResponderError):
    """A gateway that was made for reading was asked to change something; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("This gateway reads only; nothing was sent.")


class ApiError(ResponderError):
    """The app's own HTTP API refused or did not answer; the message says what to do.

    Attributes:
        status: HTTP status; None if no answer came.
        body: the JSON of the answer; None if there is none.
    """

    def __init__(self, message: str, *, status: int | None = None, body: object = None) -> None:
        self.status = status
        self.body = body
        super().__init__(message)


class ArmFacts(TypedDict, total=False):
    """What every `ArmError` can tell."""

    status: int | None
    code: str | None
    path: str | None


class ArmError(ResponderError):
    """Azure Resource Manager refused or did not answer.

    Attributes:
        status: HTTP status; None if no answer came.
        code: ARM error code, for example ``AuthorizationFailed``; None if the body has none.
        message: the service's text, or what the transport said.
        path: method and path of the request, without host and query.
    """

    def __init__(self, message: str, **facts: Unpack[ArmFacts]) -> None:
        self.message = message
        self.status = facts.get("status")
        self.code = facts.get("code")
        self.path = facts.get("path")
        told = (self.path, self.status, self.code, message)
        super().__init__(" ".join(str(word) for word in told if word))


class NotFound(ArmError):
    """404: the resource, its group or its subscription is not there."""


class Forbidden(ArmError):
    """401 or 403: the app's identity lacks a right, or a deny assignment stands against it.

    Attributes:
        action: the Azure action that is missing, for example ``Microsoft.Authorization/locks/delete``.
        scope: the ARM id it is missing on.
        identity: ``diagnose`` or ``remediate``, which one lacks it; None if one identity does all.
    """

    def __init__(
        self,
        message: str,
        *,
        action: str | None = None,
        scope: str | None = None,
        identity: str | None = None,
        **facts: Unpack[ArmFacts],
    ) -> None:
        self.action = action
        self.scope = scope
        self.identity = identity
        super().__init__(message, **facts)


class ScopeLocked(ArmError):
    """409 ScopeLocked: a management lock stands in the way, maybe an inherited one.

    Attributes:
        scopes: ARM ids of the locked scopes, as the service names them.
    """

    def __init__(self, message: str, *, scopes: tuple[str, ...] = (), **facts: Unpack[ArmFacts]) -> None:
        self.scopes = scopes
        super().__init__(message, **facts)


class Conflict(ArmError):
    """409: the resource's state does not allow the request now."""


class TryLater(ArmError):
    """The same request may well succeed later.

    Attributes:
        retry_after_seconds: how long the service asks to wait, from the header or its text; None if it does not say.
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, **facts: Unpack[ArmFacts]) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message, **facts)


class Throttled(TryLater):
    """429: too many requests; the request had no effect."""


class Unavailable(TryLater):
    """408, 5xx, no connection or no answer in time: whether the request had an effect is not known."""


class Rejected(ArmError):
    """Any other refusal (other 4xx), or a long-running operation that ended as Failed under HTTP 200."""
