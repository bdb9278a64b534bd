"""Writes the JSON Schema of playbook files, for editors that check YAML: ``python -m playbooks.schema``."""

import json
from pathlib import Path

import msgspec

from playbooks.model import Playbook

FILE = Path(__file__).parent.parent / "docs" / "schemas" / "playbook.schema.json"


def text() -> str:
    """The schema as the file holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(Playbook)
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), "utf-8")
