"""docs/doctor.md explains every finding, and nothing that is none."""

import ast
import re
from collections.abc import Iterator

from tests.sources import ROOT, modules


def _codes() -> Iterator[str]:
    for module in modules():
        if module.name.startswith(("responder.doctor", "responder.cli", "handlers.preflight")):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and isinstance(node.args[0] if node.args else None, ast.Constant):
                    first = node.args[0]
                    assert isinstance(first, ast.Constant)
                    if re.fullmatch(r"([A-Z][a-z]+){2,}|Muted", str(first.value)):
                        yield str(first.value)


def test_every_finding_is_explained() -> None:
    text = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    explained = re.findall(r"^\| `([A-Z]\w+)` \|", text, re.MULTILINE)
    assert sorted(set(_codes())) == sorted(explained)
    assert len(explained) > 30
