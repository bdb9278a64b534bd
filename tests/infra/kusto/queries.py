"""The queries, and how the alert rules run them: over the rows of their window."""

import re
from datetime import datetime, timedelta

from tests.infra.kusto.engine import Engine, Row
from tests.infra.kusto.rows import Rows, between
from tests.sources import ROOT

_INFRA = ROOT / "infra"
_UNITS = {"M": "minutes", "H": "hours", "D": "days"}


def text_of(name: str) -> str:
    """A query; of a report ``reports/...``."""
    return (_INFRA / "queries" / f"{name}.kql").read_text()


def windows() -> dict[str, timedelta]:
    """How far back each rule looks."""
    text = (_INFRA / "modules" / "alerts.bicep").read_text()
    found = re.findall(r"loadTextContent\('\.\./queries/([\w-]+)\.kql'\).*?window: 'PT?(\d+)([MHD])'", text, re.DOTALL)
    return {name: timedelta(**{_UNITS[unit]: int(count)}) for name, count, unit in found}


def fired(engine: Engine, rule: str, rows: Rows, now: datetime) -> list[Row]:
    """The rows for which a rule calls somebody."""
    return engine.run(text_of(rule), between(rows, now - windows()[rule], now), now)


def reported(engine: Engine, report: str, rows: Rows, now: datetime) -> list[Row]:
    """The table of a report."""
    return engine.run(text_of(f"reports/{report}"), rows, now)
