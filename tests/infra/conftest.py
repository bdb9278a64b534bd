"""A copy of infra/ in which something may be spoilt."""

import shutil
from pathlib import Path

import pytest

from infra_check import schemas
from tests.sources import ROOT

NO_SCHEMAS = "no ARM schemas here: ARM_SCHEMAS names no folder that is there"


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "infra", tmp_path / "infra"))


@pytest.fixture
def arm_schemas() -> Path:
    found = schemas.folder()
    if found is None:
        pytest.skip(NO_SCHEMAS)
    return found
