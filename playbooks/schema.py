"""Writes the JSON Schema of playbook files, for editors that check YAML: ``python -m playbooks.schema``."""

import json
from pathlib import Path
from typing import Any

import msgspec

from playbooks.model import Playbook

FILE = Path(__file__).parent.parent / "docs" / "schemas" / "playbook.schema.json"


def text() -> str:
    """The schema as the file holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(Playbook)
    return json.dumps(_tidy(schema), indent=2, sort_keys=True) + "\n"


def _tidy(node: Any) -> Any:
    """Descriptions on one line: they come from docstrings, whose indentation Python 3.13 strips and 3.11 keeps."""
    if isinstance(node, list):
        return [_tidy(entry) for entry in node]
    if isinstance(node, dict):
        return {key: _tidy(value) for key, value in node.items()}
    return " ".join(node.split()) if isinstance(node, str) else node


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), "utf-8")
