"""``python -m infra_check.page`` writes the tables of parameters in docs/deploy.md anew."""

import re
from pathlib import Path

from infra_check.declared import BicepFile, Parameter
from infra_check.tree import plain, text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "deploy.md"

_TABLE = re.compile(r"(<!-- parameters of (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD = "| parameter | default | meaning |\n| --- | --- | --- |\n"


def generated(page: str) -> str:
    """The page with every table as the Bicep file of its name declares it."""
    return _TABLE.sub(lambda found: f"{found[1]}{_table(found[2])}{found[3]}", page)


def _table(name: str) -> str:
    parameters = BicepFile.read(ROOT / "infra" / name, ROOT / "infra").parameters
    return _HEAD + "".join(_row(parameter) for parameter in parameters.values())


def _row(parameter: Parameter) -> str:
    allowed = f" One of {', '.join(f'`{one}`' for one in parameter.allowed)}." if parameter.allowed else ""
    about = (parameter.about or "").replace("\\'", "'").replace("|", "\\|")
    return f"| `{parameter.name}` | {_default(parameter)} | {about}{allowed} |\n"


def _default(parameter: Parameter) -> str:
    if parameter.secure:
        return "secure, empty"
    if parameter.default is None:
        return "required"
    literal = plain(parameter.default)
    shown = " ".join(text(parameter.default).split()) if literal is None else literal
    return "empty" if shown in {"", "[]", "{}"} else f"`{shown}`"


if __name__ == "__main__":
    PAGE.write_text(generated(PAGE.read_text()))
