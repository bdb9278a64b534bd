"""HTTP answers: JSON, never cached, errors with a name and a remedy."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import azure.functions as func
import msgspec

_FIXED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_NONE: Mapping[str, str] = MappingProxyType({})


def reply(status: int, body: Any, headers: Mapping[str, str] = _NONE) -> func.HttpResponse:
    """A JSON answer."""
    return func.HttpResponse(
        msgspec.json.encode(body),
        status_code=status,
        mimetype="application/json",
        headers={**_FIXED, **headers},
    )


def problem(status: int, code: str, message: str, **more: Any) -> func.HttpResponse:
    """An error in the shape that ARM uses; ``more`` stands beside code and message."""
    return reply(status, {"error": {"code": code, "message": message, **more}})


def later(code: str, message: str, seconds: int) -> func.HttpResponse:
    """503 with ``Retry-After``: the request changed nothing, and the same one may succeed after so many seconds."""
    return reply(503, {"error": {"code": code, "message": message}}, {"Retry-After": str(seconds)})
