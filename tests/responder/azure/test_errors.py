"""Whatever ARM says, or fails to say, arrives as one of our errors, after exactly one request."""

from datetime import UTC, datetime
from typing import Any

import pytest

from responder.azure.gateway import Gateway
from responder.azure.translate import locked_scopes, missing_right, seconds_in
from responder.errors import ArmError, Conflict, Forbidden, NotFound, Rejected, ScopeLocked, Throttled, Unavailable
from responder.ids import ItemId
from tests.responder.alerts import ITEM, SUBSCRIPTION, VM
from tests.responder.azure.canned import CannedArm

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope_1"
AT = datetime(2026, 12, 1, tzinfo=UTC)
HTML = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
LOCKED = (
    f"The scope '{GROUP}/providers/Microsoft.Compute/restorePointCollections/c' cannot perform delete operation "
    f"because following scope(s) are locked: '{GROUP}','/subscriptions/{SUBSCRIPTION}'. Please remove the lock and "
    "try again."
)
FORBIDDEN = (
    "The client 'a' with object id 'b' does not have authorization to perform action "
    f"'Microsoft.Authorization/locks/delete' over scope '{GROUP}' or the scope is invalid. If access was recently "
    "granted, please refresh your credentials."
)
THROTTLED = (
    "The request for subscription was throttled: action 'Microsoft.RecoveryServices/vaults/backupJobs/read' is limited "
    "to '150' requests in '01:00:00'. Please try again after '324' seconds."
)


def arm_body(code: str, message: str = "m") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def raised(gateway: Gateway) -> ArmError:
    with pytest.raises(ArmError) as caught:
        gateway.machine(VM)
    return caught.value


@pytest.mark.parametrize(
    "status,body,kind,code",
    [
        (400, arm_body("BadRequest"), Rejected, "BadRequest"),
        (401, arm_body("InvalidAuthenticationToken"), Forbidden, "InvalidAuthenticationToken"),
        (403, arm_body("AuthorizationFailed"), Forbidden, "AuthorizationFailed"),
        (403, HTML, Forbidden, None),
        (404, arm_body("ResourceNotFound"), NotFound, "ResourceNotFound"),
        (404, b"", NotFound, None),
        (405, {"code": "MethodNotAllowed", "message": "m"}, Rejected, "MethodNotAllowed"),
        (408, b"", Unavailable, None),
        (409, arm_body("Conflict"), Conflict, "Conflict"),
        (409, arm_body("ScopeLocked", LOCKED), ScopeLocked, "ScopeLocked"),
        (412, arm_body("PreconditionFailed"), Rejected, "PreconditionFailed"),
        (429, arm_body("ResourceRequestsThrottled"), Throttled, "ResourceRequestsThrottled"),
        (500, {"ErrorCode": "CloudInternalError", "Message": {"Language": "en", "Value": "v"}}, Unavailable, None),
        (502, arm_body("InvalidGatewayHost"), Unavailable, "InvalidGatewayHost"),
        (503, HTML, Unavailable, None),
        (503, b"", Unavailable, None),
        (504, {"Code": "GatewayTimeout", "Message": "m"}, Unavailable, "GatewayTimeout"),
        (302, b"", Rejected, None),
    ],
)
def test_each_answer_has_its_error(
    arm: CannedArm, gateway: Gateway, status: int, body: object, kind: type[ArmError], code: str | None
) -> None:
    arm.answers(status, body, Retry_After="240")
    error = raised(gateway)
    assert type(error) is kind
    assert error.code == code or code is None
    assert len(arm.seen) == 1
    assert getattr(error, "retry_after_seconds", 240.0) == 240.0
    assert "<html" not in error.message


@pytest.mark.parametrize("body", [HTML, b"", {"error": "odd"}, [], {"id": 5}])
def test_a_success_that_makes_no_sense_is_no_success(arm: CannedArm, gateway: Gateway, body: object) -> None:
    arm.answers(200, body)
    assert isinstance(raised(gateway), Unavailable)


def test_an_error_names_its_request_without_host_and_query(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(404, arm_body("ResourceNotFound", "The Resource was not found."))
    error = raised(gateway)
    assert (error.path, error.status, error.message) == (f"GET {VM}", 404, "The Resource was not found.")


def test_forbidden_names_the_missing_right(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(403, arm_body("AuthorizationFailed", FORBIDDEN))
    error = raised(gateway)
    assert isinstance(error, Forbidden)
    assert (error.action, error.scope) == ("Microsoft.Authorization/locks/delete", GROUP)


def test_scope_locked_names_the_locked_scopes(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(409, arm_body("ScopeLocked", LOCKED))
    error = raised(gateway)
    assert isinstance(error, ScopeLocked)
    assert error.scopes == (GROUP, f"/subscriptions/{SUBSCRIPTION}")


@pytest.mark.parametrize(
    "headers,message,seconds",
    [
        ({"Retry_After": "17"}, THROTTLED, 17),
        ({}, THROTTLED, 324),
        ({}, "Too many.", None),
        ({"Retry_After": "Mon, 02 Nov 2026 01:05:00 GMT", "Date": "Mon, 02 Nov 2026 01:00:00 GMT"}, "m", 300),
        ({"Retry_After": "Mon, 02 Nov 2026 00:05:00 GMT", "Date": "Mon, 02 Nov 2026 01:00:00 GMT"}, "m", 0),
        ({"Retry_After": "a while"}, THROTTLED, 324),
    ],
)
def test_throttling_tells_how_long(
    arm: CannedArm, gateway: Gateway, headers: dict[str, str], message: str, seconds: float | None
) -> None:
    arm.answers(429, arm_body("ResourceRequestsThrottled", message), **headers)
    error = raised(gateway)
    assert isinstance(error, Throttled)
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize("status", [500, 503, 504, 409, 429])
def test_a_backup_is_asked_for_once_whatever_the_answer(arm: CannedArm, gateway: Gateway, status: int) -> None:
    item = ItemId.parse(ITEM)
    assert item
    arm.answers(status, arm_body("Trouble"), Retry_After="1")
    with pytest.raises(ArmError):
        gateway.start_backup(item, AT)
    assert [seen.method for seen in arm.seen] == ["POST"]


def test_no_answer_is_unavailable(arm: CannedArm, gateway: Gateway) -> None:
    arm.hang_up = True
    error = raised(gateway)
    assert isinstance(error, Unavailable)
    assert (error.status, len(arm.seen)) == (None, 1)


def test_linked_scopes_and_deny_assignments() -> None:
    linked = (
        "The client 'a' has permission to perform action 'x/write' on scope '/s'; however, it does not have permission "
        "to perform the following action(s) 'y/join/action' on the linked scope(s) '/t' or the scope(s) are invalid."
    )
    denied = "The client 'a' has permission to perform action 'x/delete' on scope '/s'; however, the access is denied"
    assert missing_right(linked) == ("y/join/action", "/t")
    assert missing_right(denied) == ("x/delete", "/s")
    assert missing_right("no") == (None, None)


def test_seconds_and_scopes_in_texts() -> None:
    assert seconds_in("5 requests in 5 minutes. Retry after 2 minutes.") == 300
    assert seconds_in("wait 1 second") == 1
    assert seconds_in("limit '150' in '01:00:00'") is None
    assert locked_scopes("no such words '/x'") == ()


def test_an_unreadable_error_body_fills_no_log(
    arm: CannedArm, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    arm.answers(503, HTML)
    with pytest.raises(Unavailable):
        gateway.collections(SUBSCRIPTION)
    assert [record for record in caplog.records if record.exc_info] == []
