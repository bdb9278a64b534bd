"""HTTP answers: JSON, never cached, errors with a name and a remedy."""

from typing import Any

import azure.functions as func
import msgspec


def reply(status: int, body: Any) -> func.HttpResponse:
    """A JSON answer."""
    return func.HttpResponse(
        msgspec.json.encode(body),
        status_code=status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


def problem(status: int, code: str, message: str) -> func.HttpResponse:
    """An error in the shape that ARM uses."""
    return reply(status, {"error": {"code": code, "message": message}})
