"""Sessions and forms: what this app has made, for whom, and until when; and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.pages import seal, session
from handlers.pages.form import fields
from responder import approval
from responder.incident import Approval
from responder.settings import load
from tests.test_function_app import GOOD

NOW = datetime(2026, 11, 2, 3, 4, tzinfo=UTC)
SECRET = GOOD["RESPONDER_APPROVAL_SECRET"]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from handlers.pages import render

    for module in (session, render):
        monkeypatch.setattr(module, "configured", lambda: load(GOOD))
    monkeypatch.setattr(session, "_now", lambda: NOW)


def _request(cookie: str = "", method: str = "GET", path: str = "/api/ui", **headers: str) -> func.HttpRequest:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return func.HttpRequest(
        method=method, url=f"https://func.example{path}", headers={"cookie": cookie, **sent}, body=b""
    )


def _cookie(header: str) -> str:
    return header.partition(";")[0]


def test_who_has_shown_the_key_is_known_again_by_the_cookie() -> None:
    person, header = session.begin()
    assert session.person(_request(_cookie(header))) == person
    assert person.name == "a holder of the function key"
    assert header.endswith("; Path=/api; Max-Age=28800; HttpOnly; SameSite=Lax; Secure")
    assert GOOD["RESPONDER_APPROVAL_SECRET"] not in header


def test_a_local_host_without_tls_gets_a_cookie_that_it_can_send_back(monkeypatch: pytest.MonkeyPatch) -> None:
    local = GOOD | {"RESPONDER_PUBLIC_URL": "http://localhost:7071"}
    monkeypatch.setattr(session, "configured", lambda: load(local))
    assert "Secure" not in session.begin()[1]


def test_the_session_is_found_among_other_cookies() -> None:
    person, header = session.begin()
    cookies = f'a="x; y"; AppServiceAuthSession=1=2=; responder-session=old; {_cookie(header)}; b'
    assert session.person(_request(cookies)) == person


@pytest.mark.parametrize("hours, known", [(7.99, True), (8, False), (9, False), (24 * 365, False)])
def test_a_session_ends_after_eight_hours(monkeypatch: pytest.MonkeyPatch, hours: float, known: bool) -> None:
    _, header = session.begin()
    monkeypatch.setattr(session, "_now", lambda: NOW + timedelta(hours=hours))
    assert (session.person(_request(_cookie(header))) is not None) is known


def test_a_session_of_another_app_is_none() -> None:
    other = seal.session("another secret, as long as it has to be", NOW)
    assert session.person(_request(f"{session.COOKIE}={other}")) is None


def test_a_longer_life_cannot_be_written_into_a_cookie() -> None:
    name, end, proof = seal.session(SECRET, NOW).split(".")
    assert seal.opened(SECRET, f"{name}.{end}.{proof}", NOW) == name
    assert seal.opened(SECRET, f"{name}.{int(end) + 1}.{proof}", NOW) is None
    assert seal.opened(SECRET, f"x{name}.{end}.{proof}", NOW) is None


def test_neither_a_decisions_token_nor_a_forms_is_a_session_and_the_other_way_round() -> None:
    app = load(GOOD)
    asked = Approval(event="e", fingerprint="f", asked_at=NOW, expires_at=NOW, changes=[])
    decision, form = approval.token(app, "inc-1", asked), seal.form_token(SECRET, "session x")
    end = int((NOW + timedelta(hours=1)).timestamp())
    for proof in (decision, form, seal.form_token(SECRET, f"x.{end}")):
        assert seal.opened(SECRET, f"x.{end}.{proof}", NOW) is None
    cookie = seal.session(SECRET, NOW)
    assert not approval.matches(app, "inc-1", asked, cookie.rpartition(".")[2])
    assert not seal.matches(form, cookie.rpartition(".")[2])


@given(st.text(max_size=300))
def test_any_other_cookie_opens_nothing(text: str) -> None:
    assert seal.opened(SECRET, text, NOW) is None


@given(st.text(max_size=300))
def test_any_other_text_is_no_forms_token(text: str) -> None:
    assert not seal.matches(seal.form_token(SECRET, "session x"), text)


def test_a_signed_in_person_has_a_name_and_a_token_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")
    _, header = session.begin()
    who = {"x_ms_client_principal_name": "kim", "x_ms_client_principal_id": "1"}
    kim = session.person(_request(_cookie(header), **who))
    namesake = session.person(_request(**{**who, "x_ms_client_principal_id": "2"}))
    assert kim is not None
    assert namesake is not None
    assert (kim.name, namesake.name) == ("kim", "kim")
    assert len({kim.form_token, namesake.form_token, session.begin()[0].form_token}) == 3


def test_a_name_that_anybody_can_send_signs_nobody_in() -> None:
    assert session.person(_request(x_ms_client_principal_name="kim", x_ms_client_principal_id="1")) is None


@pytest.mark.parametrize(
    "site, allowed", [(None, True), ("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False)]
)
def test_a_form_from_another_site_is_refused_even_with_its_token(site: str | None, allowed: bool) -> None:
    person, _ = session.begin()
    req = _request(method="POST", **({"sec_fetch_site": site} if site else {}))
    assert session.may_post(req, person, {"form_token": person.form_token}) is allowed


@pytest.mark.parametrize("sent", [{}, {"form_token": ""}, {"form_token": "0" * 64}, {"token": "x"}])
def test_a_form_without_its_token_is_refused(sent: Mapping[str, str]) -> None:
    person, _ = session.begin()
    assert not session.may_post(_request(method="POST"), person, sent)


def test_the_token_of_another_session_is_refused() -> None:
    (mine, _), (other, _) = session.begin(), session.begin()
    assert not session.may_post(_request(method="POST"), mine, {"form_token": other.form_token})


def test_where_a_key_was_checked_a_session_goes_on_or_begins() -> None:
    person, header = session.keyed(_request())
    assert session.keyed(_request(_cookie(header["Set-Cookie"]))) == (person, {})


@pytest.mark.parametrize(
    "wanted, led_to",
    [
        ("/api/ui", "/api/ui"),
        ("/api/ui/incidents?state=open&vm=a%20b", "/api/ui/incidents?state=open&vm=a%20b"),
        ("/api/ui?x", "/api/ui?x"),
        ("", "/api/ui"),
        ("/api/uix", "/api/ui"),
        ("/api/incidents", "/api/ui"),
        ("//evil.example/api/ui", "/api/ui"),
        ("https://evil.example/api/ui/", "/api/ui"),
        ("/api/ui/\\evil.example", "/api/ui"),
        ("/api/ui/\r\nSet-Cookie: a=b", "/api/ui"),
        ("/api/ui/" + "x" * 2000, "/api/ui"),
        ("/api/ui/é", "/api/ui"),
    ],
)
def test_a_sign_in_leads_to_pages_of_this_app_alone(wanted: str, led_to: str) -> None:
    assert session.landing(wanted) == led_to


def test_a_stranger_sees_the_page_to_sign_in_at_and_comes_back_to_what_was_asked_for() -> None:
    answer = session.refused(_request(path="/api/ui/incidents?vm=a%20b&code=a-function-key"))
    page = answer.get_body().decode()
    assert answer.status_code == 401
    assert '<input type="hidden" name="next" value="/api/ui/incidents?vm=a+b">' in page
    assert "a-function-key" not in page
    assert "/.auth/" not in page


def test_where_the_platform_signs_people_in_the_page_leads_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "true")
    page = session.refused(_request(path="/api/ui/incidents?state=open")).get_body().decode()
    assert 'href="/.auth/login/aad?post_login_redirect_uri=/api/ui/incidents%3Fstate%3Dopen"' in page


@pytest.mark.parametrize(
    "body, told",
    [
        (b"", {}),
        (b"a=1&b=x+y&c=", {"a": "1", "b": "x y", "c": ""}),
        (b"a=1&a=2", {"a": "1"}),
        (b"\xff\xfe=%ff", {"��": "�"}),
        (b"&".join(b"a=1" for _ in range(200)), {}),
        (b"a=" + b"x" * 70_000, {}),
        (b'{"a": 1}', {'{"a": 1}': ""}),
    ],
)
def test_fields_of_a_form(body: bytes, told: dict[str, str]) -> None:
    req = func.HttpRequest(method="POST", url="https://func.example/api/ui/switch", headers={}, body=body)
    assert fields(req) == told
