"""Long-running operations of Compute: how they begin, what is said while they run, and what at their end.

Source: recorded operations (reapply, restart, run command, deletion of extensions): 202 with both headers, then a
status document; with ``monitor=true`` the result. A failed one is HTTP 200 with ``status: "Failed"`` and ``error``.
"""

from datetime import timedelta
from typing import Any

from sandbox.arm import errors
from sandbox.arm.exchange import Answer, Request
from sandbox.arm.times import offset
from sandbox.arm.world import Operation, World


def begin(
    world: World, span: timedelta, error: tuple[str, str] | None = None, output: dict[str, object] | None = None
) -> Operation:
    """An operation that ends after ``span``, with an error or with the output of a run command."""
    operation = Operation(world.now, world.now + span, error=error, output=output)
    world.operations[operation.id] = operation
    return operation


def accepted(request: Request, operation: Operation) -> Answer:
    """202 without a body; where to ask is in the headers."""
    spec = request.world.spec
    path = f"/subscriptions/{spec.subscription}/providers/Microsoft.Compute/locations/{spec.location}/operations"
    status = request.link(f"{path}/{operation.id}", p=operation.id)
    result = request.link(f"{path}/{operation.id}", p=operation.id, monitor="true")
    return Answer(202, None, {"Azure-AsyncOperation": status, "Location": result})


def status(request: Request, operation: Operation) -> Answer:
    """The status document."""
    body: dict[str, Any] = {"startTime": offset(operation.started)}
    if request.at < operation.ends:
        return Answer(200, {**body, "status": "InProgress", "name": operation.id})
    body |= {"endTime": offset(operation.ends), "status": "Failed" if operation.error else "Succeeded"}
    if operation.error:
        body["error"] = {"code": operation.error[0], "message": operation.error[1]}
    elif operation.output:
        body["properties"] = {"output": operation.output}
    return Answer(200, {**body, "name": operation.id})


def result(request: Request, operation: Operation) -> Answer:
    """The result: 202 while it runs, then 200 with the output, or the error."""
    if request.at < operation.ends:
        return Answer(202, None, {"Location": request.link(request.path, monitor="true")})
    if operation.error:
        return Answer(500, errors.envelope(*operation.error))
    return Answer(200, operation.output)
