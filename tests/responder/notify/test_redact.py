import json
import string
import time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from responder.notify.redact import redact, redact_json

CONTEXTS = [
    "https://prod-07.westeurope.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sp=%2Frun&sig={}",
    "https://x.example/a?sig={}&sv=1.0",
    "https://app.azurewebsites.net/api/alerts?code={}",
    "redirect=https%3A%2F%2Fapp.example%2Fapi%3Fcode%3D{}%26x%3D1",
    "https%3A%2F%2Fapp.example%2Fapi%3Fcode%3D{}",
    "code%3d{}",
    "Authorization: Bearer {}",
    "authorization: basic {}",
    "SharedAccessSignature {}",
    "whsec_{}",
    "AccountName=st1;AccountKey={};EndpointSuffix=core.windows.net",
    "Endpoint=sb://x;SharedAccessKey={}",
    "Server=x;Password={};",
    "x-functions-key: {}",
    '{{"aeg-sas-key": "{}"}}',
    "https://user:{}@host.example/x",
    "client_secret={}",
]
secrets = st.text(string.ascii_letters + string.digits, min_size=16, max_size=60)
prose = st.text(st.sampled_from(string.ascii_letters + " .,:\n(ü"), max_size=40)


@given(secrets, st.sampled_from(CONTEXTS), prose, prose)
def test_no_secret_stays(secret: str, context: str, before: str, after: str) -> None:
    assume(secret not in before + after)
    text = f"{before} {context.format(secret)} {after}"
    cleaned = redact(text)
    assert secret not in cleaned
    assert redact(cleaned) == cleaned


@given(st.lists(secrets, min_size=3, max_size=3))
def test_no_jwt_stays(parts: list[str]) -> None:
    token = "eyJ" + ".".join(parts)
    assert token not in redact(f"got {token}, expired")


@pytest.mark.parametrize(
    "text",
    [
        "UserErrorRpCollectionLimitReached: 18 instant restore points",
        "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11/resourceGroups/rg-app-prod-weu",
        "https://aka.ms/AB-usererrorrpcollectionlimitreached",
        "perform action 'Microsoft.Authorization/locks/delete' over scope '/subscriptions/x'",
        "https://portal.azure.com/#view/x?page=2&filter=a",
        "the error code is 42",
        "the Basic tier has no bearer of it",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text) == text


def test_the_rest_of_an_address_stays() -> None:
    assert redact("https://x.example/a?sig=abc&sv=1 (failed)") == "https://x.example/a?sig=***&sv=1 (failed)"


@given(secrets, st.sampled_from(["authorization", "Password", "clientSecret", "sharedAccessKey", "sig", "accessToken"]))
def test_members_whose_name_says_secret_are_masked(secret: str, name: str) -> None:
    value: Any = {"outer": [{name: secret, "name": "vm-app-01"}]}
    cleaned = redact_json(value)
    assert secret not in json.dumps(cleaned)
    assert cleaned["outer"][0]["name"] == "vm-app-01"


@pytest.mark.parametrize("piece", ["x", "eyJ-", "eyJ.", "://", "://x", "bearer ", "sig=", "%26", " ", "whsec_", "a@b:"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 5


def test_numbers_and_shape_stay() -> None:
    value: Any = {"a": [1, 2.5, True, None, {"b": "text"}], "errorCode": "X"}
    assert redact_json(value) == value


def test_two_tokens_without_a_gap_are_both_masked() -> None:
    told = redact("Bearer " + "A" * 20 + "Bearer " + "B" * 20)
    assert ("AAAA" in told, "BBBB" in told) == (False, False)
