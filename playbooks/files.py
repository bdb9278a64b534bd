"""Reads playbook and topic files. A bad file says in which line which field is wrong, and what would be right."""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from playbooks import plugins
from playbooks.advice import PLACEHOLDERS, unknown_names
from playbooks.model import BackupStep, Cause, FixStep, Guide, Part, Playbook, Step, Topic, WaitStep
from responder.errors import PlaybookError
from responder.wire import typed

T = TypeVar("T", bound=Part)

TOPICS = Path(__file__).parent / "guidance"

_AT = re.compile(r" - at `\$(.*)`$")
_FIELD = re.compile(r"\.(\w+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `(\w+)`")


def read(path: Path) -> Playbook:
    """One playbook.

    Raises:
        PlaybookError: names file, line, field and remedy.
    """
    playbook = _typed(path, Playbook)
    problems = _problems(playbook)
    if problems:
        message = f"{path.name}: " + "; ".join(problems)
        raise PlaybookError(message)
    return playbook


def read_topic(path: Path) -> Topic:
    """One topic of guidance.

    Raises:
        PlaybookError: names file, line, field and remedy.
    """
    topic = _typed(path, Topic)
    problems = _guides("steps", topic.steps)
    if problems:
        message = f"{path.name}: " + "; ".join(problems)
        raise PlaybookError(message)
    return topic


def _typed(path: Path, kind: type[T]) -> T:
    import yaml  # not at the top: a cold start that looks no code up does not pay for it

    text = _text(path)
    try:
        return typed(yaml.load(text, Loader=yaml.CSafeLoader), kind)
    except yaml.YAMLError as error:
        raise PlaybookError(_not_yaml(path, error)) from error
    except msgspec.ValidationError as error:
        raise PlaybookError(_not_valid(path, text, str(error))) from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.name}: {error}; write it as a UTF-8 text file that the app may read"
        raise PlaybookError(message) from error


def _not_yaml(path: Path, error: Any) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f":{mark.line + 1}" if mark else ""
    return f"{path.name}{line}: this is not YAML: {getattr(error, 'problem', None) or error}; mend the line"


def _not_valid(path: Path, text: str, said: str) -> str:
    found = _AT.search(said)
    place = found[1] if found else ""
    line = _line(text, place)
    field = place.lstrip(".") or "the file"
    return f"{path.name}:{line}: {field}: {_AT.sub('', said)}{_remedy(said)}"


def _remedy(said: str) -> str:
    unknown = _UNKNOWN.search(said)
    if unknown:
        close = get_close_matches(unknown[1], _field_names(), n=1)
        return f"; did you mean '{close[0]}'?" if close else "; remove it"
    if "missing required field" in said:
        return "; add it"
    return "; docs/schemas/playbook.schema.json tells what may stand here"


def _field_names() -> set[str]:
    parts = (Playbook, Cause, Guide, Topic, FixStep, BackupStep, WaitStep)
    return {name for part in parts for name in part.__struct_fields__}


def _line(text: str, place: str) -> int:
    """The line (from 1) of a field such as ``.causes[0].check``; of its nearest parent where it is missing."""
    import yaml

    node: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    line = 0
    for name, index in _FIELD.findall(place):
        if node is None:
            break
        line, node = _member(node, name, index, line)
    return line + 1


def _member(node: Any, name: str, index: str, line: int) -> tuple[int, Any]:
    if index and isinstance(node.value, list) and int(index) < len(node.value):
        child = node.value[int(index)]
        return child.start_mark.line, child
    if name and isinstance(node.value, list):
        for key, child in (pair for pair in node.value if isinstance(pair, tuple)):
            if key.value == name:
                return key.start_mark.line, child
    return line, None


def _problems(playbook: Playbook) -> list[str]:
    """What the types cannot see: names that nothing has."""
    causes = {cause.id for cause in playbook.causes}
    found = [problem for cause in playbook.causes for problem in _cause(cause)]
    found += [problem for step in playbook.runbook for problem in _step(step, causes)]
    found += _guides("guidance", playbook.guidance) + _topics("guidance", playbook.topics)
    if len(causes) < len(playbook.causes):
        found.append("two causes have the same id; give each its own")
    if playbook.scope not in {"backup", "request"} and playbook.runbook:
        found.append(f"runbook: a code of scope {playbook.scope} is never acted on; remove the steps")
    if playbook.conclusion and playbook.runbook:
        found.append("conclusion and runbook exclude each other; remove one")
    return found


def _cause(cause: Cause) -> list[str]:
    where = f"cause {cause.id}"
    missing = [] if plugins.exists("checks", cause.check) else [f"{where}: no check {cause.check}; {_offer('checks')}"]
    refusals = [problem for steps in cause.refusals.values() for problem in _guides(where, steps)]
    return missing + _guides(where, cause.guidance) + refusals + _topics(where, cause.topics)


def _step(step: Step, causes: set[str]) -> list[str]:
    fixes, named = _names(step)
    found = [f"there is no fix {name}; {_offer('fixes')}" for name in fixes if not plugins.exists("fixes", name)]
    return found + [f"{step.__struct_config__.tag} step: {name} is no cause here" for name in named - causes]


def _names(step: Step) -> tuple[list[str], set[str]]:
    """The fixes and the causes that a step names."""
    match step:
        case FixStep():
            return [step.fix, *([step.otherwise] if step.otherwise else [])], set(step.cures)
        case WaitStep():
            return [step.ahead] if step.ahead else [], set(step.until) | set(step.when)
        case BackupStep():
            return [], set(step.when)


def _guides(where: str, guides: list[Guide]) -> list[str]:
    texts = [text for guide in guides for text in (guide.text, guide.portal or "", *(run.line for run in guide.run))]
    names = sorted({name for text in texts for name in unknown_names(text)})
    known = ", ".join(sorted(PLACEHOLDERS))
    return [f"{where}: nothing is known as {{{name}}}; known are {known}" for name in names]


def _topics(where: str, topics: list[str]) -> list[str]:
    missing = [name for name in topics if not (TOPICS / f"{name}.yaml").is_file()]
    return [f"{where}: no topic {name} in playbooks/guidance" for name in missing]


def _offer(kind: plugins.Kind) -> str:
    folder = Path(__file__).parent / kind
    names = sorted(path.stem.replace("_", "-") for path in folder.glob("[a-z]*.py"))
    return f"there are {', '.join(names)}"
