import tomllib

import pytest

from responder.version import VERSION


def test_version_is_the_projects(pytestconfig: pytest.Config) -> None:
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
