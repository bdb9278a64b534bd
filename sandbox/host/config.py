"""What the host is told: its own configuration file, and the app's host.json."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

_SETTING = re.compile(r"%([^%\s]+)%")
_HUB = re.compile(r"[A-Za-z][A-Za-z0-9]{2,44}")


class ConfigError(ValueError):
    """The host's configuration, host.json or a %NAME% in it does not fit; the text says what and where."""


class Keys(msgspec.Struct, frozen=True):
    """The access keys: of the host itself, of its functions, and of its extensions' webhooks."""

    master: str
    function: str
    system: str


class HostConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The configuration file of one host process.

    Attributes:
        root: Folder that holds function_app.py and host.json.
        state: Folder for everything that must survive the process.
        clock: File of the virtual clock.
        port: Loopback port; 0 takes a free one.
        leap: Whether the clock leaps to the next due moment when nothing can run.
        pace: Real seconds to wait before each leap.
        environ: App settings.
        log: File for structured log lines; None for no log.
        visibility_timeout: Virtual seconds until the activities of a killed host are delivered again.
        stop_with_parent: Whether the host stops when the process that started it is gone.
        timers_leap: Whether the clock leaps for a timer trigger alone; else an app without work lets time be.
    """

    root: Path
    state: Path
    clock: Path
    keys: Keys
    port: int = 0
    leap: bool = True
    pace: float = 0.0
    environ: dict[str, str] = {}
    log: Path | None = None
    visibility_timeout: float = 300.0
    stop_with_parent: bool = False
    timers_leap: bool = False


class HostJsonPart(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of what host.json holds; keys that this host does not know are left alone, as by the real one."""


class HttpOptions(HostJsonPart, frozen=True):
    """``extensions.http`` of host.json."""

    route_prefix: str = "api"


class DurableOptions(HostJsonPart, frozen=True):
    """``extensions.durableTask`` of host.json; the defaults are those of a local run on one core."""

    hub_name: str = "TestHubName"
    max_concurrent_activity_functions: int = 10
    max_concurrent_orchestrator_functions: int = 10
    max_concurrent_entity_functions: int = 10


class Extensions(HostJsonPart, frozen=True):
    """``extensions`` of host.json, as far as the host obeys it."""

    http: HttpOptions = HttpOptions()
    durable_task: DurableOptions = DurableOptions()


class HostJson(HostJsonPart, frozen=True):
    """host.json. Source: Microsoft Learn, "host.json reference for Azure Functions 2.x and later"."""

    version: str
    extensions: Extensions = Extensions()


def read_config(path: Path) -> HostConfig:
    """The host's own configuration.

    Raises:
        ConfigError: it is no such file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=HostConfig, dec_hook=_construct)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path}: {error}") from error


def read_host_json(root: Path, environ: Mapping[str, str]) -> HostJson:
    """The app's host.json with every %NAME% replaced by its app setting.

    Raises:
        ConfigError: it is missing, malformed, or breaks a rule of the host.
    """
    path = root / "host.json"
    try:
        options = msgspec.convert(expand(msgspec.json.decode(path.read_bytes()), environ), HostJson)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if options.version != "2.0":
        raise ConfigError(f"{path}: version must be 2.0, not {options.version}")
    if not _HUB.fullmatch(options.extensions.durable_task.hub_name):
        raise ConfigError(f"{path}: hubName needs 3 to 45 letters and digits, a letter first")
    return options


def expand(value: Any, environ: Mapping[str, str]) -> Any:
    """A JSON value in which every %NAME% is replaced by the app setting of that name.

    Raises:
        ConfigError: there is no such setting.
    """
    if isinstance(value, str):
        return _SETTING.sub(lambda found: _setting(found[1], environ), value)
    if isinstance(value, dict):
        return {key: expand(item, environ) for key, item in value.items()}
    if isinstance(value, list):
        return [expand(item, environ) for item in value]
    return value


def _setting(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise ConfigError(f"%{name}% does not resolve to a value: there is no app setting of that name")
    return environ[name]


def _construct(kind: type, value: Any) -> Any:
    return kind(value)
