"""A name is believed only where the platform stands in front and takes false ones away."""

import azure.functions as func
import pytest

from handlers import people

_HEADERS = {"X-MS-CLIENT-PRINCIPAL-NAME": "on-call@contoso.example", "X-MS-CLIENT-PRINCIPAL-ID": "7f0c"}


def _request(**headers: str) -> func.HttpRequest:
    return func.HttpRequest(method="GET", url="http://localhost/api/ui", headers=headers, body=b"")


@pytest.mark.parametrize("setting", [None, "", "false", "False", "0", "yes", "1"])
def test_without_app_service_authentication_anybody_could_have_sent_the_headers(
    monkeypatch: pytest.MonkeyPatch, setting: str | None
) -> None:
    if setting is not None:
        monkeypatch.setenv("WEBSITE_AUTH_ENABLED", setting)
    assert people.signed_in(_request(**_HEADERS)) is None
    assert people.principal(_request(**_HEADERS)) == ""


@pytest.mark.parametrize("setting", ["true", "True", "TRUE", " true "])
def test_with_it_the_person_has_a_name(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", setting)
    assert people.signed_in(_request(**_HEADERS)) == "on-call@contoso.example"
    assert people.signed_in(_request()) is None


def test_an_identity_without_a_name_is_told_by_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "true")
    assert people.signed_in(_request(**{"x-ms-client-principal-id": "7f0c"})) == "7f0c"


def test_a_name_is_cut_and_loses_what_nobody_could_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "true")
    name = people.signed_in(_request(**{"x-ms-client-principal-name": "a\u202eb" + "c" * 500}))
    assert name is not None
    assert name.startswith("abccc")
    assert len(name) == 120
