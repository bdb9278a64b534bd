"""From bytes to JSON, within limits."""

from typing import Any

import msgspec

from responder.errors import BodyNotJson, BodyTooLarge

_BOM = b"\xef\xbb\xbf"


def read(body: bytes, limit_bytes: int) -> Any:
    """The JSON value in a request body.

    Raises:
        BodyTooLarge: before anything is parsed.
        BodyNotJson: it is not one JSON document in UTF-8, or it is nested too deep to be an alert.
    """
    if len(body) > limit_bytes:
        raise BodyTooLarge(len(body), limit_bytes)
    try:
        return msgspec.json.decode(body.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyNotJson(f"The body is not JSON: {error}") from error
