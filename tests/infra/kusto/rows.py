"""Rows of the workspace's tables, from what the app has written.

Sources: azure-functions-python-worker, ``dispatcher.py``, ``on_logging``: text, level and logger of a record arrive, a
stack trace as part of the text. Application Insights, "Severity level": 1 information, 2 warning, 3 error. Azure
Monitor reference, tables AppTraces, AppRequests and AppExceptions.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.infra.kusto.engine import Row

_SEVERITY = {"INFO": 1, "WARNING": 2, "ERROR": 3}
_RUN = re.compile(r"(Executing|Executed) 'Functions\.(\w+)'(?: \((\w+)\))?")

Rows = dict[str, list[Row]]


def trace(at: datetime, text: str, severity: int = 1, function: str = "incident") -> Row:
    """A line of the log."""
    return {"TimeGenerated": at.isoformat(), "OperationName": function, "Message": text, "SeverityLevel": severity}


def request(at: datetime, function: str, *, success: bool = True, milliseconds: float = 5.0) -> Row:
    """A run of a function."""
    run = {"OperationName": function, "Success": success, "DurationMs": milliseconds}
    return {"TimeGenerated": at.isoformat(), "ItemCount": 1, "ResultCode": "0", **run}


class Journal:
    """What the app logs in a test, at the moments that the test names; lines of one moment keep their order."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.rows: Rows = {"AppTraces": []}
        self._log = caplog
        self._log.set_level(logging.INFO, "responder")

    def at(self, moment: datetime, function: str = "incident") -> list[Row]:
        """Take over what was logged since the last time; answers with its rows."""
        taken = [*enumerate(self._log.records)]
        rows = [
            trace(moment + timedelta(microseconds=place), _text(record), _SEVERITY[record.levelname], function)
            for place, record in taken
            if record.name == "responder"
        ]
        self.rows["AppTraces"] += rows
        self._log.clear()
        return rows


def _text(record: logging.LogRecord) -> str:
    return logging.Formatter().format(record)


def played(state: Path) -> Rows:
    """What a run in the sandbox would have left in the workspace: its folder holds the log of the functions host."""
    lines = [json.loads(line) for line in (state / "host.log").read_text().splitlines()]
    failed = [line for line in lines if "exception" in line and line["logger"] == "sandbox.host"]
    return {
        "AppTraces": [_trace(line) for line in lines],
        "AppRequests": [*_requests(lines)],
        "AppExceptions": [
            {"TimeGenerated": line["time"], "OperationName": line["function"], "OuterMessage": line["exception"]}
            for line in failed
        ],
    }


def _trace(line: dict[str, Any]) -> Row:
    text = "\n".join([line["message"], *([line["exception"]] if "exception" in line else [])])
    at = datetime.fromisoformat(line["time"])
    return trace(at, text, _SEVERITY[line["level"]], line.get("function", ""))


def _requests(lines: Iterable[dict[str, Any]]) -> Iterator[Row]:
    begun: dict[str, datetime] = {}
    for line in lines:
        if line["logger"] != "sandbox.host" or not (found := _RUN.fullmatch(line["message"])):
            continue
        at, run = datetime.fromisoformat(line["time"]), line["invocationId"]
        if found[1] == "Executing":
            begun[run] = at
        else:
            took = (at - begun[run]) / timedelta(milliseconds=1)
            yield request(begun[run], found[2], success=found[3] == "Succeeded", milliseconds=took)


def between(rows: Rows, after: datetime, until: datetime) -> Rows:
    """Those of a span of time."""
    return {
        table: [row for row in found if after < datetime.fromisoformat(row["TimeGenerated"]) <= until]
        for table, found in rows.items()
    }
