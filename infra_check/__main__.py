"""``python -m infra_check [--json] [folder]``: 0 if nothing is wrong, 1 with every mistake named.

``ARM_SCHEMAS`` names the folder with the official schemas; without it resource bodies stay unchecked, which is said.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from rich.console import Console
from rich.text import Text

from infra_check.checks import Result, run
from infra_check.schemas import folder

_INFRA = Path(__file__).resolve().parent.parent / "infra"
_NO_SCHEMAS = "resource bodies were not checked: no schemas; ARM_SCHEMAS names no folder that is there"


def main(arguments: list[str]) -> int:
    """Check, tell, and answer with the exit code."""
    parser = ArgumentParser(prog="python -m infra_check", description="Check infra/ without Azure.")
    parser.add_argument("folder", nargs="?", type=Path, default=_INFRA, help="the folder with main.bicep")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args(arguments)
    result = run(asked.folder, folder())
    if asked.json:
        sys.stdout.write(json.dumps(_plain(result), indent=2) + "\n")
    else:
        _tell(result, Console(highlight=False, soft_wrap=True))
    return 1 if result.problems else 0


def _plain(result: Result) -> dict[str, object]:
    return {
        "problems": [problem._asdict() for problem in result.problems],
        "files": result.files,
        "resources": result.resources,
        "bodiesChecked": result.schemas is not None,
    }


def _tell(result: Result, console: Console) -> None:
    for problem in result.problems:
        where = f"{problem.file}:{problem.line}" if problem.line else problem.file
        console.print(Text.assemble((where, "bold"), " ", (problem.check, "red"), " ", problem.text))
    if result.schemas is None:
        console.print(Text(_NO_SCHEMAS, "yellow"))
    count = len(result.problems)
    found = "nothing is wrong" if not count else "1 mistake" if count == 1 else f"{count} mistakes"
    said = f"{result.files} files, {result.resources} resources: {found}"
    console.print(Text(said, "red" if count else "green"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
