"""A playbook: what an error code means, its causes in order, and the runbook that cures it. Data, not code."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, dataclass_transform

import msgspec

from responder.incident import Mode, PlaybookRef
from responder.wire import ModelMeta

_DURATION = re.compile(r"^(\d+)([smhd])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Duration = Annotated[str, msgspec.Meta(pattern=_DURATION.pattern, examples=["30m", "24h"])]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", examples=["restore-point-locks"])]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Part(msgspec.Struct, metaclass=ModelMeta, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in a playbook file: an unknown key is an error, not a typo that is ignored."""


class Source(Part):
    """Where the playbook's facts come from; ``edition`` is the date of the document that they were taken from."""

    document: str
    section: str
    url: str
    edition: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Cause(Part):
    """One possible cause: the check that confirms it or rules it out, and what to tell a person."""

    id: Name
    text: str
    check: Name
    using: dict[str, Any] = {}
    guidance: list[str] = []
    refusals: dict[str, list[str]] = {}


class FixStep(Part, tag_field="do", tag="fix"):
    """Apply a fix if the cause that it cures was confirmed."""

    fix: Name
    cures: Name


class BackupStep(Part, tag_field="do", tag="backup"):
    """Start an ad hoc backup and follow its job to the end. A failure with an expected code is a step, not an error."""

    purpose: str
    expect: list[str] = []


class WaitStep(Part, tag_field="do", tag="wait"):
    """Let time pass in a named state; look at the given ages, and stop early once the cause is ruled out.

    ``ahead`` names the fix that is planned with the last look, so that its facts are read once.
    """

    name: Name
    why: str
    looks: Annotated[list[Duration], msgspec.Meta(min_length=1)]
    until: Name | None = None
    ahead: Name | None = None


Step = FixStep | BackupStep | WaitStep


class Playbook(Part):
    """One error code of Azure Backup and what is done about it."""

    code: str
    title: str
    meaning: str
    kind: Literal["user", "service"]
    aliases: list[str] = []
    numbers: list[int] = []
    source: Source
    mode: Mode | None = None
    causes: list[Cause] = []
    runbook: list[Step] = []
    guidance: list[str] = []

    def cause(self, name: str) -> Cause:
        """The cause with this id.

        Raises:
            KeyError: there is none; the loader has ruled that out for names used inside the file.
        """
        return {cause.id: cause for cause in self.causes}[name]

    def ref(self) -> PlaybookRef:
        """What an incident shows of the playbook."""
        return PlaybookRef(code=self.code, title=self.title, url=self.source.url, section=self.source.section)


def seconds(duration: Duration) -> float:
    """Length of ``30m``, ``24h`` ... in seconds.

    Raises:
        ValueError: not a whole number followed by s, m, h or d.
    """
    found = _DURATION.match(duration)
    if found is None:
        message = f"{duration!r} is not a duration: write a number and s, m, h or d, for example 30m"
        raise ValueError(message)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()
