"""``python -m sandbox.host config.json``: serve one app until SIGTERM.

Prints one JSON line with the address when it is ready. An app or a configuration that does not load ends the process
with its error on stderr and status 1.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from sandbox.clock import Clock
from sandbox.host.app import App, Host
from sandbox.host.config import ConfigError, HostConfig, read_config, read_host_json
from sandbox.host.loader import load, local_environ
from sandbox.host.log import set_up

_LOOK_FOR_PARENT = 1.0  # real seconds


def main(arguments: Sequence[str]) -> int:
    """The process: 0 after a stop, 1 if something does not load, 2 for wrong arguments."""
    if len(arguments) != 1:
        print("usage: python -m sandbox.host config.json", file=sys.stderr)
        return 2
    try:
        config = read_config(Path(arguments[0]))
    except (OSError, ConfigError) as error:
        print(error, file=sys.stderr)
        return 1
    return _serve_config(config)


def _serve_config(config: HostConfig) -> int:
    clock = Clock(config.clock)
    set_up(config.log, clock)
    with socket.create_server(("127.0.0.1", config.port), reuse_port=True) as listener:  # whoever started it holds it
        address = "{}:{}".format(*listener.getsockname())
        local_environ(config.environ, address)
        try:
            app = App(config, read_host_json(config.root, os.environ), load(config.root, os.environ))
            asyncio.run(_run(app, clock, listener, f"http://{address}", with_parent=config.stop_with_parent))
        except Exception:  # noqa: BLE001  the boundary to the app's module code
            traceback.print_exc()
            return 1
    return 0


async def _run(app: App, clock: Clock, listener: socket.socket, base: str, *, with_parent: bool) -> None:
    stop = asyncio.Event()
    watch = asyncio.create_task(_stop_without_parent(stop)) if with_parent else None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    host = Host(app, clock, base)
    await host.start(listener)
    print(json.dumps({"functions": base}), flush=True)
    await stop.wait()
    if watch:
        watch.cancel()
    await host.stop()


async def _stop_without_parent(stop: asyncio.Event) -> None:
    """A sandbox that was killed cannot stop its host any more: the host sees that another process has adopted it."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110  nothing announces an adoption
        await asyncio.sleep(_LOOK_FOR_PARENT)
    stop.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
