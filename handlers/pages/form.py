"""Fields of a form that a page has sent."""

from urllib.parse import parse_qsl

import azure.functions as func

_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 100


def fields(req: func.HttpRequest) -> dict[str, str]:
    """What a form holds, the first of equal names; nothing for a body that is too large or no form."""
    body = bytes(req.get_body() or b"")
    if len(body) > _MOST_BYTES:
        return {}
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(reversed(pairs))
