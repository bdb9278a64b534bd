"""Asks ``run.js``: one process of node for all questions of a test session."""

import json
import shutil
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import pytest

from tests.infra.kusto.tables import TABLES

HERE = Path(__file__).parent

Row = dict[str, Any]
Columns = Mapping[str, Sequence[tuple[str, str]]]


class RefusedError(Exception):
    """The evaluator does not know something in the query, or the parser found it wrong."""


def node() -> str:
    """Where node is; skips the test where it, or the parser, is not installed."""
    found = shutil.which("node")
    if found is None or not (HERE / "node_modules").is_dir():
        pytest.skip("no Kusto parser here: npm ci --prefix tests/infra/kusto")
    return found


class Engine:
    """A running evaluator."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._ask, self._answers = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)

    def run(self, query: str, rows: Mapping[str, list[Row]], now: datetime, tables: Columns = TABLES) -> list[Row]:
        """What a query answers at a moment over the rows of some tables; the others are empty.

        Raises:
            RefusedError: something in the query is not known.
        """
        asked = {"query": query, "rows": rows, "now": now.isoformat(), "tables": tables}
        self._ask.write(f"{json.dumps(asked)}\n")
        self._ask.flush()
        answer = json.loads(self._answers.readline())
        if "error" in answer:
            raise RefusedError(answer["error"])
        return list(answer["rows"])


@contextmanager
def started() -> Generator[Engine]:
    """An evaluator that ends with the block."""
    command = [node(), "run.js"]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Engine(process)
