"""Whether the host of each target can be reached: its name resolves, it takes a connection, its certificate is good.

Nothing is posted. That an address is the right one shows only when the first result arrives.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import urlsplit

from responder.doctor.model import Area, Probe
from responder.doctor.run import Look
from responder.language import say
from responder.notify.target import Format, Target
from responder.notify.targets import targets
from responder.settings import Settings

AREA = Area("webhooks")

_SECONDS = 6.0  # for the connection, and for TLS
_TOGETHER = 8
_PORTS = {"https": 443, "http": 80}


def look(app: Settings, environ: Mapping[str, str]) -> Look:
    """The probe."""

    def run(_over: Event) -> Iterator[Probe]:
        with ThreadPoolExecutor(_TOGETHER) as pool:
            yield from pool.map(lambda target: _reached(app, environ, target), targets(app).values())

    return run


def _reached(app: Settings, environ: Mapping[str, str], target: Target) -> Probe:
    address = urlsplit(target.url)
    name, host = target.name, address.hostname or ""
    if _through_a_proxy(environ, address.scheme):
        text = say(
            "Target {target}: {host} is behind a proxy; whether it answers was not tried.", target=name, host=host
        )
        return AREA.doubt("BehindProxy", text, say("Look at the deliveries: GET /api/deliveries."))
    try:
        _connect(address.scheme, host, address.port, _trusted(app, target))
    except (OSError, ValueError) as error:  # a name that cannot be one is a ValueError
        text = say("Target {target}: {host} cannot be reached: {why}", target=name, host=host, why=_why(error))
        remedy = say("Check the address of the target, DNS, firewall and certificate on the way from the app.")
        return AREA.wrong("TargetUnreachable", text, remedy)
    return AREA.well(say("Target {target}: {host} can be reached.", target=name, host=host))


def _connect(scheme: str, host: str, port: int | None, trusted: str | None) -> None:
    with socket.create_connection((host, port or _PORTS[scheme]), timeout=_SECONDS) as plain:
        if scheme == "https":
            with ssl.create_default_context(cafile=trusted).wrap_socket(plain, server_hostname=host):
                pass


def _trusted(app: Settings, target: Target) -> str | None:
    return app.arm_ca_file if target.kind is Format.EVENT_GRID else None


def _through_a_proxy(environ: Mapping[str, str], scheme: str) -> bool:
    return bool({f"{scheme}_proxy", f"{scheme.upper()}_PROXY"} & {name for name, value in environ.items() if value})


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error.strerror or ''}" if isinstance(error, OSError) else type(error).__name__
