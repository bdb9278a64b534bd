"""How far the check of bodies reaches: whichever property of whichever resource is misspelt, it is found."""

from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node

from infra_check import bodies
from infra_check.declared import BicepFile
from infra_check.tree import every, named, parse, text
from tests.sources import ROOT

_INFRA = ROOT / "infra"

# Here the official schemas themselves take any property.
_FREE = {"metricNamespace", "disableLocalAuth", "enableLogAccessUsingOnlyResourcePermissions"}


def _keys(file: BicepFile) -> Iterator[Node]:
    for resource in file.resources:
        for one in every(resource.body, "object_property") if not resource.existing else ():
            key = named(one)[0]
            if key.type == "identifier":
                yield key


def _misspelt(file: BicepFile, key: Node) -> BicepFile:
    source = file.path.read_bytes()
    return BicepFile(file.path, file.name, parse(source[: key.end_byte] + b"X" + source[key.end_byte :]))


def test_a_misspelt_property_is_found_wherever_it_stands(arm_schemas: Path) -> None:
    files = [BicepFile.read(path, _INFRA) for path in sorted(_INFRA.rglob("*.bicep"))]
    tried = [(file, key) for file in files for key in _keys(file)]
    assert len(tried) > 400
    missed = {text(key) for file, key in tried if not bodies.check(_misspelt(file, key), arm_schemas)}
    assert missed == _FREE
