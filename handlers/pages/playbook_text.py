"""Playbooks as their pages tell them: what each is about, its causes, and the runbook as steps a person can follow."""

import inspect
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from playbooks import loader, plugins
from playbooks.loader import Library, normal
from playbooks.model import BackupStep, Cause, FixStep, Guide, Playbook, Step, WaitStep
from responder.incident import Advice, Command
from responder.language import Language, say, spoken, translated
from responder.wire import Wire

_RISKS = ("safe", "disruptive", "manual")  # the least first


class Fix(NamedTuple):
    """A fix of a runbook: every risk that its changes can have, and what they do to production."""

    name: str
    risks: list[str]
    impact: str


class Row(NamedTuple):
    """A playbook in the list."""

    code: str
    title: str
    others: list[str]  # aliases and numbers that mean the same
    causes: int
    fixes: list[Fix]
    backup: bool  # the runbook holds an ad hoc backup
    acts: bool  # the runbook holds any step, or the playbook says how its incidents end
    own: bool
    searched: str  # all that the text field looks in


class Told(NamedTuple):
    """A step of the runbook. ``notes``: when it is taken, and what it waits for."""

    title: str
    text: str
    notes: list[str]
    fixes: list[Fix] = []


class Possible(Wire):
    """A cause, with what a person is told: always, and where the app may not cure it, by the reason for that."""

    cause: Cause
    using: str
    check: str
    guidance: list[Advice]
    refusals: dict[str, list[Advice]]


def rows(folder: str | None) -> tuple[Row, ...]:
    """Every playbook, those of the folder too, by their codes; read once a process."""
    return _rows(folder, spoken())


def search(folder: str | None, wanted: str) -> list[Row]:
    """The playbooks that hold each word of a text, in code, alias, number, title or meaning."""
    words = [normal(word) for word in wanted.split()]
    return [row for row in rows(folder) if all(word in row.searched for word in words)]


def find(folder: str | None, code: str) -> Playbook | None:
    """The playbook of a code, an alias or a number.

    Raises:
        PlaybookError: its file cannot be used.
    """
    library = Library(folder)
    known = library.by_code(code)
    return library.by_number(int(code)) if known is None and _is_number(code) else known


def near(folder: str | None, code: str) -> list[str]:
    """Codes that are spelt alike."""
    known = {normal(row.code): row.code for row in rows(folder)}
    return [known[name] for name in get_close_matches(normal(code[:200]), known, n=5)]


def possible(playbook: Playbook) -> list[Possible]:
    """The causes in the documented order."""
    return [_possible(cause) for cause in playbook.causes]


def runbook(playbook: Playbook) -> list[Told]:
    """The steps that the app takes, in their order."""
    return [_step(step) for step in playbook.runbook]


def besides(playbook: Playbook) -> list[Advice]:
    """What a person is told whatever the cause is."""
    return _advice(playbook.guidance, playbook.topics)


def facts(playbook: Playbook) -> list[tuple[str, str]]:
    """What is to be known before the causes, as label and text."""
    whose = {
        "user": say("something in the customer's resources"),
        "service": say("the service"),
        "mixed": say("not clear"),
        "info": say("nobody's"),
    }
    again = {
        "plain": say("a plain retry is the documented first step"),
        "wait-then-retry": say("after waiting for something to end"),
        "after-fix": say("only after the cause is cured"),
        "no": say("pointless"),
    }
    told = [
        (say("Also"), ", ".join(playbook.aliases)),
        (say("Numbers"), ", ".join(map(str, playbook.numbers))),
        (say("Whose fault"), whose[playbook.kind]),
        (say("Comes from"), playbook.scope),
        (say("Retry"), again[playbook.retry]),
        (say("Mode"), playbook.mode.value if playbook.mode else ""),
    ]
    return [(label, text) for label, text in told if text]


@cache
def _rows(folder: str | None, _: Language) -> tuple[Row, ...]:
    library, own = Library(folder), _own(folder)
    codes = {path.stem for path in loader.CATALOGUE.glob("*.yaml")} | set(own)
    known = {found.code: found for found in map(library.by_code, codes) if found}
    return tuple(_row(known[code], own=code in own) for code in sorted(known, key=str.lower))


def _own(folder: str | None) -> set[str]:
    return {playbook.code for playbook in loader.own(folder).playbooks.values()} if folder else set()


def _row(playbook: Playbook, *, own: bool) -> Row:
    others = [*playbook.aliases, *map(str, playbook.numbers)]
    fixes = list({fix.name: fix for step in playbook.runbook for fix in _fixes(step)}.values())
    return Row(
        code=playbook.code,
        title=playbook.title,
        others=others,
        causes=len(playbook.causes),
        fixes=fixes,
        backup=any(isinstance(step, BackupStep) for step in playbook.runbook),
        acts=bool(playbook.runbook or playbook.conclusion),
        own=own,
        searched=" ".join(map(normal, (playbook.code, *others, playbook.title, playbook.meaning))),
    )


def _fixes(step: Step) -> list[Fix]:
    names = [step.fix, *([step.otherwise] if step.otherwise else [])] if isinstance(step, FixStep) else []
    return [_fix(name) for name in names]


def _fix(name: str) -> Fix:
    """Of a package's fix maybe less is known than of our own."""
    module = plugins.find("fixes", name)
    risks = sorted({str(risk.value) for risk in getattr(module, "RISKS", ())}, key=_RISKS.index)
    return Fix(name, risks, translated(getattr(module, "IMPACT", "")))


def _possible(cause: Cause) -> Possible:
    return Possible(
        cause=cause,
        using=", ".join(f"{name} {_listed(value)}" for name, value in cause.using.items()),
        check=_about("checks", cause.check),
        guidance=_advice(cause.guidance, cause.topics),
        refusals={reason: _advice(steps, []) for reason, steps in cause.refusals.items()},
    )


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _advice(guides: list[Guide], topics: list[str]) -> list[Advice]:
    shared = [step for name in topics for step in loader.topic(name).steps]
    return [_one(guide) for guide in [*guides, *shared]]


def _one(guide: Guide) -> Advice:
    commands = [Command(shell=run.shell, at=run.at, line=run.line) for run in guide.run]
    text = f"{guide.os.title()}: {guide.text}" if guide.os else guide.text
    return Advice(text=text, portal=guide.portal, commands=commands, lasting=guide.lasting)


def _step(step: Step) -> Told:
    match step:
        case FixStep():
            return Told(say("Fix"), "", list(_if(step.cures)), _fixes(step))
        case BackupStep():
            return Told(say("Ad hoc backup"), step.purpose, [*_if(step.when), *_expected(step)])
        case WaitStep():
            return Told(say("Wait"), step.why, [*_if(step.when), *_looks(step)])


def _if(causes: list[str]) -> Iterator[str]:
    if causes:
        yield say("If this cause is confirmed: {causes}", causes=", ".join(causes))


def _expected(step: BackupStep) -> Iterator[str]:
    if step.expect:
        yield say("A failure with this code is expected: {codes}", codes=", ".join(step.expect))


def _looks(step: WaitStep) -> Iterator[str]:
    yield say("Looks after: {ages}", ages=", ".join(step.looks))
    if step.until:
        yield say("Ends early once this cause is ruled out: {causes}", causes=", ".join(step.until))


def _about(kind: plugins.Kind, name: str) -> str:
    """The first line of what the module says of itself."""
    return next(iter((inspect.getdoc(plugins.find(kind, name)) or "").splitlines()), "")


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) <= len(str(2**63))
