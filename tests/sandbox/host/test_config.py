"""The host's configuration file and host.json."""

import json
from pathlib import Path

import pytest

from sandbox.host.config import ConfigError, expand, read_config, read_host_json

CONFIG = {"root": "/app", "state": "/state", "clock": "/clock", "keys": {"master": "m", "function": "f", "system": "s"}}


def test_a_short_configuration(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**CONFIG, "log": "/log"}))
    config = read_config(path)
    assert (config.root, config.log, config.port, config.leap) == (Path("/app"), Path("/log"), 0, True)


@pytest.mark.parametrize("wrong", [{"keys": {}}, {"port": "x"}, {"speed": 3}])
def test_a_wrong_configuration_names_its_field(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**CONFIG, **wrong}))
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        read_config(path)


def test_host_json_has_the_host_s_defaults(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0", "logging": {}}')
    options = read_host_json(tmp_path, {}).extensions
    assert (options.http.route_prefix, options.durable_task.hub_name) == ("api", "TestHubName")


@pytest.mark.parametrize(
    "text,why",
    [
        (None, "No such file"),
        ("{", "truncated"),
        ("{}", "version"),
        ('{"version": "1.0"}', "must be 2.0"),
        ('{"version": "2.0", "extensions": {"durableTask": {"hubName": "my-hub"}}}', "hubName"),
        ('{"version": "2.0", "extensions": {"durableTask": {"hubName": "%HUB%"}}}', "%HUB% does not resolve"),
    ],
)
def test_a_wrong_host_json_says_why(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "host.json").write_text(text)
    with pytest.raises(ConfigError, match=why):
        read_host_json(tmp_path, {})


def test_settings_are_filled_in_everywhere() -> None:
    value = {"a": ["%ONE%-%TWO%", 3, None], "b": "100 % of it"}
    assert expand(value, {"ONE": "1", "TWO": "2"}) == {"a": ["1-2", 3, None], "b": "100 % of it"}
