"""The JSON Schema of playbook files: fresh, and in agreement with the loader."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from playbooks import loader, schema

FILES = sorted(loader.CATALOGUE.glob("*.yaml"))


def test_the_file_is_fresh() -> None:
    assert schema.FILE.read_text("utf-8") == schema.text(), "run: python -m playbooks.schema"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_playbook_fits(path: Path) -> None:
    playbook = yaml.safe_load(path.read_text("utf-8"))
    jsonschema.validate(playbook, json.loads(schema.text()))


@pytest.mark.parametrize("change", [{"kind": "sometimes"}, {"causes": [{"id": "No Name"}]}, {"runbook": [{"do": "x"}]}])
def test_what_the_loader_refuses_the_schema_refuses(change: dict[str, object]) -> None:
    playbook = yaml.safe_load(FILES[0].read_text("utf-8")) | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(playbook, json.loads(schema.text()))
