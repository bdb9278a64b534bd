"""The playbooks as pages for people: ``python -m playbooks.pages`` writes docs/playbooks.md and a page a code."""

import inspect
from pathlib import Path

from playbooks import files, loader, plugins
from playbooks.model import BackupStep, Cause, Dispatch, FixStep, Guide, Playbook, Source, Step, WaitStep

DOCS = Path(__file__).parent.parent / "docs"

_HEAD = """# Playbooks

What the app does about each error code: {codes} codes, {causes} causes. This page and those it links are generated from
`playbooks/catalogue/*.yaml` and `playbooks/guidance/*.yaml`: `python -m playbooks.pages`. How to add one:
[add-a-playbook.md](add-a-playbook.md).

*Risk*: `safe` fixes run by themselves in the mode `autonomous`; `disruptive` ones wait for a person's approval; a cause
without a fix is for a person, and the report holds the steps. Codes of restores, configuration and other workloads
are recognised and reported, never acted on.

| code | cause | check | fix | risk | source |
| --- | --- | --- | --- | --- | --- |
"""


def pages() -> dict[Path, str]:
    """Every page and its text."""
    playbooks = [files.read(path) for path in sorted(loader.CATALOGUE.glob("*.yaml"))]
    rows = "".join(row for playbook in playbooks for row in _rows(playbook))
    head = _HEAD.format(codes=len(playbooks), causes=sum(len(playbook.causes) for playbook in playbooks))
    return {DOCS / "playbooks.md": head + rows} | {
        DOCS / "playbooks" / f"{playbook.code}.md": _page(playbook) for playbook in playbooks
    }


def _rows(playbook: Playbook) -> list[str]:
    code = f"[{playbook.code}](playbooks/{playbook.code}.md)"
    if not playbook.causes:
        return [f"| {code} | {playbook.meaning} | - | - | - | {_link(playbook.source)} |\n"]
    return [f"| {code} | {_row(playbook, cause)} |\n" for cause in playbook.causes]


def _row(playbook: Playbook, cause: Cause) -> str:
    fixes = _fixes(playbook, cause)
    names = ", ".join(f"`{name}`" for name in fixes) or "guidance"
    risks = ", ".join(dict.fromkeys(_risk(name) for name in fixes)) or "manual"
    return f"{cause.text} | `{cause.check}` | {names} | {risks} | {_link(cause.source or playbook.source)}"


def _fixes(playbook: Playbook, cause: Cause) -> list[str]:
    steps = [step for step in playbook.runbook if isinstance(step, FixStep) and cause.id in step.cures]
    return [name for step in steps for name in (step.fix, step.otherwise) if name]


def _risk(fix: str) -> str:
    return " or ".join(plugins.find("fixes", fix).RISKS)


def _link(source: Source) -> str:
    return f"[{source.edition}]({source.url})"


def _page(playbook: Playbook) -> str:
    return "\n".join(
        part
        for part in (
            f"# {playbook.title}\n\n`{playbook.code}`: {playbook.meaning}\n",
            _facts(playbook),
            "## Causes, in the documented order\n\n" + ("".join(map(_cause, playbook.causes)) or "None is known.\n"),
            _dispatched(playbook.dispatch),
            "## Runbook\n\n" + _runbook(playbook),
            "## What a person is told besides\n\n" + (_told(playbook.guidance, playbook.topics) or "Nothing.\n"),
            f"## Source\n\n{_source(playbook.source)}\n",
            f"Uncertain: {playbook.uncertain}\n" if playbook.uncertain else "",
        )
        if part
    )


def _facts(playbook: Playbook) -> str:
    facts = {
        "Also": ", ".join(f"`{name}`" for name in playbook.aliases),
        "Numbers": ", ".join(map(str, playbook.numbers)),
        "Whose fault": {"user": "something in the customer's resources", "service": "the service"}.get(
            playbook.kind, {"mixed": "not clear", "info": "nobody's"}.get(playbook.kind, "")
        ),
        "Comes from": f"a {playbook.scope} job" if playbook.scope in {"backup", "restore"} else playbook.scope,
        "Retry": {
            "plain": "a plain retry is the documented first step",
            "wait-then-retry": "after waiting for something to end",
            "after-fix": "only after the cause is cured",
            "no": "pointless",
        }[playbook.retry],
    }
    return "".join(f"* {name}: {text}\n" for name, text in facts.items() if text)


def _source(source: Source) -> str:
    return f"{source.document}, *{source.section}*, edition of {source.edition}:\n<{source.url}>"


def _cause(cause: Cause) -> str:
    using = ", ".join(f"{name} {value}" for name, value in cause.using.items())
    about = f"Check `{cause.check}`{f' ({using})' if using else ''}: {_about('checks', cause.check)}"
    lines = [f"1. {cause.text}{' Only on ' + cause.os.title() + '.' if cause.os else ''}\n   {about}\n"]
    if cause.blocks:
        lines.append("   While it is confirmed, no backup is started.\n")
    if cause.source:
        lines.append(f"   Source: {_source(cause.source)}\n".replace("\n<", " <"))
    lines.append(_told(cause.guidance, cause.topics, "   "))
    for reason, steps in cause.refusals.items():
        lines.append(f"   * If the app may not cure it ({reason}):\n{_told(steps, [], '     ')}")
    return "".join(lines)


def _told(guides: list[Guide], topics: list[str], indent: str = "") -> str:
    shared = [step for name in topics for step in loader.topic(name).steps]
    return "".join(_guide(guide, indent) for guide in [*guides, *shared])


def _guide(guide: Guide, indent: str) -> str:
    system = f"{guide.os.title()}: " if guide.os else ""
    lines = [f"{indent}* {system}{guide.text}\n"]
    if guide.portal:
        lines.append(f"{indent}  Portal: {guide.portal}\n")
    for run in guide.run:
        fence = "\n".join(f"{indent}  {line}".rstrip() for line in run.line.splitlines())
        lines.append(f"\n{indent}  ```{run.shell}\n{fence}\n{indent}  ```\n")
    return "".join(lines) + ("\n" if guide.run else "")


def _dispatched(entries: list[Dispatch]) -> str:
    if not entries:
        return ""
    rows = "".join(
        f"| `{entry.code}` | {entry.text or 'any'} | [{entry.playbook}]({entry.playbook}.md) |\n" for entry in entries
    )
    return f"## The error inside\n\n| code | text | playbook |\n| --- | --- | --- |\n{rows}"


def _runbook(playbook: Playbook) -> str:
    if playbook.conclusion:
        end = playbook.conclusion
        return f"Nothing is changed. The incident ends `{end.outcome}` ({end.reason}): {end.text}\n"
    return "".join(map(_step, playbook.runbook)) or "Nothing is changed: a person is asked.\n"


def _step(step: Step) -> str:
    match step:
        case FixStep():
            otherwise = f" If that fails: `{step.otherwise}`." if step.otherwise else ""
            risk = f"{_risk(step.fix)}, if {_names(step.cures)} is confirmed"
            return f"1. `{step.fix}` ({risk}): {_about('fixes', step.fix)}{otherwise}\n"
        case BackupStep():
            expected = f" A failure with {_names(step.expect)} is expected." if step.expect else ""
            return f"1. Ad hoc backup: {step.purpose}{_when(step.when)}.{expected}\n"
        case WaitStep():
            until = f", or until {_names(step.until)} is ruled out" if step.until else ""
            return f"1. `{step.name}`{_when(step.when)}: {step.why} Looks after {', '.join(step.looks)}{until}.\n"


def _when(causes: list[str]) -> str:
    return f", if {_names(causes)} is confirmed" if causes else ""


def _names(names: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _about(kind: plugins.Kind, name: str) -> str:
    """The first line of what the module says of itself."""
    return (inspect.getdoc(plugins.find(kind, name)) or "").splitlines()[0]


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
