from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.errors import BodyNotJson, BodyTooLarge, IntakeError
from responder.intake import read


def test_reads_json_with_and_without_byte_order_mark() -> None:
    assert read(b'{"a": [1, null]}', 100) == {"a": [1, None]}
    assert read(b"\xef\xbb\xbf[]", 100) == []


@pytest.mark.parametrize("body", [b"", b"{", b"hello", b'{"a":1}x', b"\xff\xfe", b"NaN", b'"\xc3"', b"[" * 100_000])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(BodyNotJson):
        read(body, 200_000)


def test_size_is_checked_before_anything_is_parsed() -> None:
    with pytest.raises(BodyTooLarge) as caught:
        read(b"x" * 11, 10)
    assert (caught.value.size, caught.value.limit) == (11, 10)
    assert read(b'"12345678"', 10) == "12345678"


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    with suppress(IntakeError):
        read(body, 150)
