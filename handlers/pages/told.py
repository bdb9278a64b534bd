"""What became of a form, for the page that is shown afterwards. Apart from the page, which not every instance loads."""

from typing import NamedTuple


class Told(NamedTuple):
    """What became of something that a person asked for on the page. ``incident``: the one to go on with."""

    tone: str
    title: str
    lines: list[str] = []
    incident: str | None = None
