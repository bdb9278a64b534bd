"""Print the benchmark table; exit 1 if the import costs more than its limit."""

import argparse
import sys

from rich import box
from rich.console import Console
from rich.table import Table

from bench.calls import Demo, play
from bench.imports import APP, BASE, LIMIT, ImportCost, measure


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="fresh interpreters for each import (default: 15)")
    cost = measure(parser.parse_args().rounds)
    Console(width=None if sys.stdout.isatty() else 120).print(table(cost, play()))
    return int(cost.ratio > LIMIT)


def table(cost: ImportCost, demo: Demo) -> Table:
    """Both measurements in one table."""
    shown = Table(box=box.SIMPLE_HEAD, show_footer=True)
    shown.add_column("what", footer=f"ARM calls, scenario {demo.scenario} ({demo.outcome})", overflow="fold")
    shown.add_column("figure", footer=str(demo.calls.total()), justify="right", no_wrap=True)
    shown.add_row(BASE, f"{cost.base * 1000:.0f} ms")
    shown.add_row(APP, f"{cost.app * 1000:.0f} ms")
    shown.add_row(f"ratio (limit {LIMIT})", f"{cost.ratio:.2f}", end_section=True)
    for operation, count in sorted(demo.calls.items()):
        shown.add_row(operation, str(count))
    return shown


if __name__ == "__main__":
    sys.exit(main())
