"""RESPONDER_TARGETS: read strictly, every mistake named, no credential told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.errors import SettingsError
from responder.notify.target import DigestRule, Format
from responder.notify.targets import targets
from responder.settings import Settings, load
from tests.responder.test_settings import REQUIRED, WEBHOOK_SECRET

URL = "https://prod-11.westeurope.logic.example/invoke?sig=Tg7QwSecret"
TEAMS: dict[str, Any] = {"name": "ops", "format": "teams", "url": URL}
NAME = "RESPONDER_TARGETS"


def read(*written: dict[str, Any], **more: str) -> Settings:
    return load(REQUIRED | {NAME: json.dumps(written)} | more)


def refused(text: str, **more: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(REQUIRED | {NAME: text} | more)
    (problem,) = caught.value.problems
    assert problem.name == NAME
    assert "Tg7QwSecret" not in str(problem)
    return problem.what


def test_a_target_says_what_it_wants() -> None:
    app = read(
        TEAMS
        | {
            "outcomes": ["needs-human", "failed"],
            "severities": ["Sev0"],
            "vaults": ["rsv-prod"],
            "subscriptions": ["D3A5F0C2-1111-4222-8333-944455556666"],
            "tags": {"env": "prod"},
            "digest": {"after": 3, "minutes": 15},
        }
    )
    (found,) = app.targets
    assert (found.name, found.kind, found.url) == ("ops", Format.TEAMS, URL)
    assert (found.outcomes, found.vaults, found.tags) == (("needs-human", "failed"), ("rsv-prod",), {"env": "prod"})
    assert found.subscriptions == ("d3a5f0c2-1111-4222-8333-944455556666",)
    assert found.digest == DigestRule(after=3, minutes=15)


def test_values_may_be_in_settings_of_their_own() -> None:
    written = {"name": "la", "urlFrom": "LA_URL", "secretFrom": "LA_SECRET"}
    (found,) = read(written, LA_URL=URL, LA_SECRET=WEBHOOK_SECRET).targets
    assert (found.url, found.secret, found.kind) == (URL, WEBHOOK_SECRET, Format.JSON)
    assert "LA_URL" in refused(json.dumps([written]), LA_SECRET=WEBHOOK_SECRET)


def test_credentials_do_not_show_themselves() -> None:
    app = read(TEAMS, {"name": "la", "url": URL, "secret": WEBHOOK_SECRET})
    assert "Tg7QwSecret" not in repr(app)
    assert WEBHOOK_SECRET.removeprefix("whsec_") not in repr(app)


@pytest.mark.parametrize(
    "form,asked,expected",
    [("json", None, True), ("teams", None, True), ("event-grid", None, False), ("event-grid", True, True)],
)
def test_who_is_asked_for_decisions(form: str, asked: bool | None, expected: bool) -> None:
    """A decision link in a topic would reach all of its subscribers."""
    written = TEAMS | {"format": form, "secret": WEBHOOK_SECRET} | ({} if asked is None else {"approvals": asked})
    assert read(written).targets[0].approvals is expected


@pytest.mark.parametrize(
    "change,told",
    [
        ({"name": "webhook"}, "'webhook' cannot be"),
        ({"name": "Ops"}, "'Ops' cannot be"),
        ({"format": "slack"}, "slack"),
        ({"url": "http://hooks.example/"}, "target 'ops': the address"),
        ({"url": None}, "neither url nor urlFrom"),
        ({"format": "json"}, "needs secret"),
        ({"secret": "whsec_short"}, "target 'ops': the value is not whsec_"),
        ({"outcomes": ["fine"]}, "outcomes"),
        ({"severities": ["Sev9"]}, "'Sev9' is no severity"),
        ({"subscriptions": ["prod"]}, "'prod' is not a GUID"),
        ({"digest": {"after": -1}}, "digest takes"),
        ({"digest": {"minutes": 0}}, "digest takes"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_every_mistake_is_named(change: dict[str, Any], told: str) -> None:
    assert told in refused(json.dumps([TEAMS | change]))


def test_names_are_unique_and_their_number_bounded() -> None:
    assert "'ops' cannot be" in refused(json.dumps([TEAMS, TEAMS]))
    assert "20 are allowed" in refused(json.dumps([TEAMS | {"name": f"t{n}"} for n in range(21)]))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        load(REQUIRED | {NAME: text.replace("\x00", "")})
    except SettingsError as error:
        assert {problem.name for problem in error.problems} == {NAME}  # noqa: PT017  either end is right


def test_the_webhook_may_be_missing_where_a_target_is_named() -> None:
    rest = {name: value for name, value in REQUIRED.items() if "WEBHOOK" not in name}
    assert list(targets(load(rest | {NAME: json.dumps([TEAMS])}))) == ["ops"]
    with pytest.raises(SettingsError) as caught:
        load(rest)
    assert [problem.name for problem in caught.value.problems] == ["RESPONDER_WEBHOOK_URL", "RESPONDER_WEBHOOK_SECRET"]
    with pytest.raises(SettingsError, match="RESPONDER_WEBHOOK_SECRET"):
        load(rest | {"RESPONDER_WEBHOOK_URL": URL, NAME: json.dumps([TEAMS])})


def test_the_webhook_comes_first() -> None:
    assert list(targets(read(TEAMS))) == ["webhook", "ops"]
