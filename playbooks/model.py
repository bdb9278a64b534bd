"""A playbook: what an error code means, its causes in order, and the runbook that cures it. Data, not code."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, dataclass_transform

import msgspec

from responder.incident import Mode, Outcome, PlaybookRef
from responder.wire import ModelMeta

_DURATION = re.compile(r"^(\d+)([smhd])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Duration = Annotated[str, msgspec.Meta(pattern=_DURATION.pattern, examples=["30m", "24h"])]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", examples=["restore-point-locks"])]
System = Literal["windows", "linux"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Part(msgspec.Struct, metaclass=ModelMeta, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in a playbook file: an unknown key is an error, not a typo that is ignored."""


class Source(Part):
    """Where the playbook's facts come from; ``edition`` is the date of the document that they were taken from."""

    document: str
    section: str
    url: str
    edition: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Run(Part):
    """A command for a person. ``at``: ``cloud`` is a shell with the Azure CLI, ``vm`` a shell inside the VM."""

    shell: Literal["bash", "powershell"]
    at: Literal["cloud", "vm"]
    line: str


class Guide(Part):
    """One step for a person; names in braces, such as ``{vm}``, are filled in. ``os``: only for VMs that run it.

    ``lasting``: worth doing also after the app has cured the failure, so that it does not come back.
    """

    text: str
    portal: str | None = None
    run: list[Run] = []
    os: System | None = None
    lasting: bool = False


class Topic(Part):
    """Steps that many causes share: ``playbooks/guidance/<name>.yaml``. Read when shown, never for a look-up."""

    title: str
    source: Source
    steps: list[Guide]


class Cause(Part):
    """One possible cause: the check that confirms it or rules it out, and what to tell a person.

    ``blocks``: while it is confirmed, another backup would fail, so none is started; ``until-a-cure``: unless another
    cause was cured since, or has gone. ``os``: the cause exists only there. ``source``: where this cause comes from,
    if not from the playbook's own source.
    """

    id: Name
    text: str
    check: Name
    using: dict[str, Any] = {}
    os: System | None = None
    blocks: bool | Literal["until-a-cure"] = False
    topics: list[Name] = []
    guidance: list[Guide] = []
    refusals: dict[str, list[Guide]] = {}
    source: Source | None = None


class FixStep(Part, tag_field="do", tag="fix"):
    """Apply a fix if a cause that it cures was confirmed; ``otherwise`` is the fix to try when this one failed."""

    fix: Name
    cures: Annotated[list[Name], msgspec.Meta(min_length=1)]
    otherwise: Name | None = None


class BackupStep(Part, tag_field="do", tag="backup"):
    """Start an ad hoc backup and follow its job to the end. A failure with an expected code is a step, not an error.

    ``when``: only if one of these causes is confirmed.
    """

    purpose: str
    expect: list[str] = []
    when: list[Name] = []


class WaitStep(Part, tag_field="do", tag="wait"):
    """Let time pass in a named state; look at the given ages, and stop early once the causes are ruled out.

    ``when``: only if one of these causes is confirmed. ``ahead`` names the fix that is planned with the last look, so
    that its facts are read once.
    """

    name: Name
    why: str
    looks: Annotated[list[Duration], msgspec.Meta(min_length=1)]
    until: list[Name] = []
    when: list[Name] = []
    ahead: Name | None = None


Step = FixStep | BackupStep | WaitStep


class Dispatch(Part):
    """An inner error, by its code and a fragment of its English text, and the playbook that is about it."""

    code: str
    text: str | None = None
    playbook: str


class Conclusion(Part):
    """How an incident of this code ends without any step of the app."""

    outcome: Outcome
    reason: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Za-z]+$")]
    text: str


class Playbook(Part):
    """One error code of Azure Backup and what is done about it.

    ``messages``: fragments of the service's English text, the last resort where a job names no code.
    ``uncertain``: what the sources leave open.
    """

    code: str
    title: str
    meaning: str
    kind: Literal["user", "service", "mixed", "info"]
    scope: Literal["backup", "restore", "configuration", "registration", "health", "request"] = "backup"
    retry: Literal["plain", "wait-then-retry", "after-fix", "no"]
    aliases: list[str] = []
    numbers: list[int] = []
    messages: list[str] = []
    uncertain: str | None = None
    source: Source
    mode: Mode | None = None
    causes: list[Cause] = []
    dispatch: list[Dispatch] = []
    runbook: list[Step] = []
    conclusion: Conclusion | None = None
    topics: list[Name] = []
    guidance: list[Guide] = []

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
