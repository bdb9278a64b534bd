import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from responder.notify.signing import headers, sign

KEY = base64.b64encode(bytes(range(32))).decode()
SECRET = f"whsec_{KEY}"


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=20)), st.binary(min_size=24, max_size=64))
def test_the_public_library_verifies_what_is_signed(document: dict[str, str], key: bytes) -> None:
    secret = f"whsec_{base64.b64encode(key).decode()}"
    body = json.dumps(document).encode()
    assert Webhook(secret).verify(body, headers(secret, "msg_1", int(time.time()), body)) == document


def test_every_part_is_signed() -> None:
    body, now = b'{"a":1}', int(time.time())
    signed = headers(SECRET, "msg_1", now, body)
    for changed in ({"webhook-id": "msg_2"}, {"webhook-timestamp": str(now - 1)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, signed | changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(b'{"a":2}', signed)


def test_known_signature() -> None:
    """Test vector of the Standard Webhooks reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
