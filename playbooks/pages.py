"""The playbooks as pages for people: ``python -m playbooks.pages`` writes docs/playbooks.md and a page a code."""

import inspect
from importlib import import_module
from pathlib import Path

from playbooks import loader
from playbooks.model import BackupStep, Cause, FixStep, Playbook, Step, WaitStep

DOCS = Path(__file__).parent.parent / "docs"

_HEAD = """# Playbooks

What the app does about each error code. This page and those it links are generated from `playbooks/catalogue/*.yaml`:
`python -m playbooks.pages`.

| code | cause | confirmed by | cured by | source, edition of |
| --- | --- | --- | --- | --- |
"""


def pages() -> dict[Path, str]:
    """Every page and its text."""
    playbooks = [loader.parse(path) for path in sorted(loader.CATALOGUE.glob("*.yaml"))]
    rows = "".join(_row(playbook, cause) for playbook in playbooks for cause in playbook.causes)
    return {DOCS / "playbooks.md": _HEAD + rows} | {
        DOCS / "playbooks" / f"{playbook.code}.md": _page(playbook) for playbook in playbooks
    }


def _row(playbook: Playbook, cause: Cause) -> str:
    fixes = [step.fix for step in playbook.runbook if isinstance(step, FixStep) and step.cures == cause.id]
    code = f"[{playbook.code}](playbooks/{playbook.code}.md)"
    source = f"[{playbook.source.edition}]({playbook.source.url})"
    return f"| {code} | {cause.text} | `{cause.check}` | {', '.join(f'`{fix}`' for fix in fixes) or '-'} | {source} |\n"


def _page(playbook: Playbook) -> str:
    also = f"\nAlso: {', '.join(f'`{name}`' for name in playbook.aliases)}.\n" if playbook.aliases else ""
    parts = [
        f"# {playbook.title}\n\n`{playbook.code}`: {playbook.meaning}\n{also}",
        "## Causes, in the documented order\n\n" + "".join(map(_cause, playbook.causes)),
        "## Runbook\n\n" + ("".join(map(_step, playbook.runbook)) or "Nothing is changed: a person is asked.\n"),
        "## What a person is told\n\n" + "".join(f"* {line}\n" for line in playbook.guidance),
        f"## Source\n\n{_source(playbook)}\n",
    ]
    return "\n".join(parts)


def _source(playbook: Playbook) -> str:
    source = playbook.source
    return f"{source.document}, *{source.section}*, edition of {source.edition}:\n<{source.url}>"


def _cause(cause: Cause) -> str:
    lines = [f"1. {cause.text}\n   Check `{cause.check}`: {_about('checks', cause.check)}\n"]
    lines += [f"   * {line}\n" for line in cause.guidance]
    lines += [
        f"   * If the app may not cure it ({reason}): {line}\n"
        for reason, said in cause.refusals.items()
        for line in said
    ]
    return "".join(lines)


def _step(step: Step) -> str:
    match step:
        case FixStep():
            return f"1. `{step.fix}`, if `{step.cures}` is confirmed: {_about('fixes', step.fix)}\n"
        case BackupStep():
            expected = (
                f" A failure with {', '.join(f'`{code}`' for code in step.expect)} is expected." if step.expect else ""
            )
            return f"1. Ad hoc backup: {step.purpose}.{expected}\n"
        case WaitStep():
            until = f", or until `{step.until}` is ruled out" if step.until else ""
            return f"1. `{step.name}`: {step.why} Looks after {', '.join(step.looks)}{until}.\n"


def _about(kind: str, name: str) -> str:
    """The first line of what the module says of itself."""
    module = import_module(f"playbooks.{kind}.{name.replace('-', '_')}")
    return (inspect.getdoc(module) or "").splitlines()[0]


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
