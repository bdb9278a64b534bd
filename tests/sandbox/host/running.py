"""Starts the real host on the sample app, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from sandbox.clock import Clock
from tests.sources import ROOT

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEYS = {"master": "the-master", "function": "the-function", "system": "the-system"}
_PATIENCE = 20.0  # real seconds


class RunningHost:
    """One host process; `start` again after `kill` continues on the same state."""

    def __init__(self, folder: Path, **config: object) -> None:
        self.folder, self.journal_path = folder, folder / "journal"
        self.clock = Clock.create(folder / "clock", start=START)
        settings = {
            "PYTHON_SCRIPT_FILE_NAME": "sample_app.py",
            "SAMPLE_HUB": "SampleHub",
            "SAMPLE_SCHEDULE": "0 0 * * * *",
            "SAMPLE_JOURNAL": str(self.journal_path),
        }
        self.config: dict[str, Any] = {
            "root": str(Path(__file__).parent / "apps"),
            "state": str(folder),
            "clock": str(folder / "clock"),
            "keys": KEYS,
            "environ": settings,
            "log": str(folder / "log"),
            **config,
        }
        self.base = ""
        self._process: subprocess.Popen[str] | None = None

    def launch(self) -> subprocess.Popen[str]:
        (self.folder / "config.json").write_text(json.dumps(self.config))
        command = [sys.executable, "-m", "sandbox.host", str(self.folder / "config.json")]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            command, cwd=self.folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        return self._process

    def start(self) -> None:
        process = self.launch()
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        self.base = json.loads(line)["functions"]

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        process.communicate(timeout=_PATIENCE)
        return process.returncode

    def close(self) -> None:
        self.kill()
        self.clock.close()

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, self.base + path, timeout=_PATIENCE, **more)

    def journal(self) -> list[str]:
        return self.journal_path.read_text().splitlines() if self.journal_path.exists() else []

    def status(self, instance: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/api/status/{instance}?code=the-function").json()
        return found


def until(condition: Callable[[], bool]) -> None:
    """Look often, for a while."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
