"""An activity's edge: typed errors become data, none of them loses a secret or the wish to be asked again."""

from datetime import UTC, datetime

import pytest

from handlers.boundary import answer
from handlers.messages import Answer, Examine
from playbooks.case import Subject
from responder.errors import (
    ArmError,
    Forbidden,
    NotFound,
    PlaybookError,
    ScopeLocked,
    Throttled,
    Unavailable,
)
from responder.ids import ItemId, VaultId
from responder.wire import record, typed

NOW = datetime(2026, 10, 6, tzinfo=UTC)
SUBJECT = Subject(
    item=ItemId(vault=VaultId(subscription="s", group="g", name="v"), container="c", item="i"),
    vm_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm",
    failed_job="j",
    failed_at=NOW,
)
ASK = record(Examine(subject=SUBJECT, causes=[], fixes=[], now=NOW))


def ask(error: Exception | None) -> Answer:
    def work(_: Examine) -> object:
        if error:
            raise error
        return {"fine": True}

    return typed(answer(ASK, Examine, work), Answer)


def test_a_value_travels_as_json() -> None:
    assert ask(None) == Answer(value={"fine": True})


def test_throttling_is_obeyed_to_the_second() -> None:
    assert ask(Throttled("slow down", retry_after_seconds=324, status=429)).again_after == 324


@pytest.mark.parametrize("given, wanted", [(None, 60), (5, 60), (600, 600)])
def test_an_unclear_answer_waits_at_least_a_minute(given: float | None, wanted: float) -> None:
    """A backup request whose answer was lost shows up as a job within that time."""
    assert ask(Unavailable("gone", retry_after_seconds=given, status=503)).again_after == wanted


def test_a_missing_right_names_action_and_scope() -> None:
    trouble = ask(Forbidden("no", action="Microsoft.Authorization/locks/delete", scope="/s/g", status=403)).trouble
    assert trouble is not None
    assert (trouble.kind, trouble.action, trouble.scope) == (
        "Forbidden",
        "Microsoft.Authorization/locks/delete",
        "/s/g",
    )
    assert "Microsoft.Authorization/locks/delete" in trouble.text


@pytest.mark.parametrize(
    "identity, text",
    [
        (None, "The app's identity may not do a/delete on /s/g."),
        ("remediate", "The app's identity may not do a/delete on /s/g (identity remediate)."),
    ],
)
def test_a_missing_right_names_the_identity_where_there_are_two(identity: str | None, text: str) -> None:
    trouble = ask(Forbidden("no", action="a/delete", scope="/s/g", identity=identity)).trouble
    assert trouble is not None
    assert trouble.text == text


def test_a_refusal_that_names_no_right_is_told_as_azure_tells_it() -> None:
    trouble = ask(Forbidden("The subscription is disabled.", status=403)).trouble
    assert trouble is not None
    assert trouble.text == "The subscription is disabled."


@pytest.mark.parametrize(
    "error, kind",
    [
        (NotFound("gone", status=404), "NotFound"),
        (ScopeLocked("locked", scopes=("/s",), status=409), "ScopeLocked"),
        (ArmError("odd"), "ArmError"),
        (PlaybookError("bad.yaml: no"), "PlaybookError"),
        (RuntimeError("a bug"), "Unexpected"),
    ],
)
def test_other_errors_keep_their_name(error: Exception, kind: str) -> None:
    trouble = ask(error).trouble
    assert trouble is not None
    assert trouble.kind == kind


def test_secrets_do_not_pass() -> None:
    trouble = ask(RuntimeError("https://hook.example/x?sig=abcdef123456&y=1 Bearer eyJhbGciOi.eyJzdWIi.abc")).trouble
    assert trouble is not None
    assert "abcdef123456" not in trouble.text
    assert "eyJhbGciOi" not in trouble.text
