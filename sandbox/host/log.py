"""The host's log: one JSON object a line, stamped with virtual time."""

import json
import logging
from pathlib import Path

from sandbox.clock import Clock
from sandbox.host.dispatch import invocation


class JsonLines(logging.Formatter):
    """A record as one line of JSON, with the function and invocation that it belongs to."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": self._clock.now().isoformat(),
            "level": record.levelname,
            "logger": record.name,
            **invocation.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up(path: Path | None, clock: Clock) -> None:
    """Send every record from INFO up to a file; without one, log nothing."""
    handler = logging.FileHandler(path, encoding="utf-8") if path else logging.NullHandler()
    handler.setFormatter(JsonLines(clock))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
