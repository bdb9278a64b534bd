"""Whether a caller would rather have a page than JSON.

Source: RFC 9110, sections 12.4.2 (quality values) and 12.5.1 (Accept): the most specific range that fits counts.
"""

import re
from collections.abc import Iterator

_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_HTML, _JSON = "text/html", "application/json"


def prefers_html(accept: str) -> bool:
    """Whether HTML is liked better than JSON, which is the answer wherever both are equally good."""
    ranges = dict(_ranges(accept))
    return _quality(_HTML, ranges) > _quality(_JSON, ranges)


def prefers_json(accept: str) -> bool:
    """Whether JSON is liked better than HTML, where a page is the answer wherever both are equally good."""
    ranges = dict(_ranges(accept))
    return _quality(_JSON, ranges) > _quality(_HTML, ranges)


def _quality(kind: str, ranges: dict[str, float]) -> float:
    for fitting in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if fitting in ranges:
            return ranges[fitting]
    return 0.0


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Each range with its quality; what is no quality makes its range count for nothing."""
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        told = next((piece[2:].strip() for piece in parameters if piece.startswith("q=")), "1")
        yield kind, float(told) if _QUALITY.fullmatch(told) else 0.0
