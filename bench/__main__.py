"""Print the benchmark table; exit 1 if the import or the overview page costs more than its limit."""

import argparse
import sys

from rich import box
from rich.console import Console
from rich.table import Table

from bench import overview
from bench.calls import Demo, play
from bench.imports import APP, BASE, LIMIT, ImportCost, measure
from bench.overview import GROWTH, STORED, Speed
from bench.package import Package, unpacked


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="fresh interpreters for each import (default: 15)")
    parser.add_argument("--stored", type=int, default=STORED, help=f"incidents in the filled store (default: {STORED})")
    options = parser.parse_args()
    with unpacked() as package:
        cost = measure(options.rounds, package)
    speed = overview.measure(options.stored)
    Console(width=None if sys.stdout.isatty() else 120).print(table(cost, play(), speed, options.stored, package))
    return int(cost.ratio > LIMIT or not speed.fine)


def table(cost: ImportCost, demo: Demo, speed: Speed, stored: int, package: Package) -> Table:
    """All measurements in one table."""
    shown = Table(box=box.SIMPLE_HEAD, show_footer=True)
    shown.add_column("what", footer=f"ARM calls, scenario {demo.scenario} ({demo.outcome})", overflow="fold")
    shown.add_column("figure", footer=str(demo.calls.total()), justify="right", no_wrap=True)
    _add_imports(shown, cost)
    _add_package(shown, package)
    _add_speed(shown, speed, stored)
    for operation, count in sorted(demo.calls.items()):
        shown.add_row(operation, str(count))
    return shown


def _add_imports(shown: Table, cost: ImportCost) -> None:
    shown.add_row(BASE, f"{cost.base * 1000:.0f} ms")
    shown.add_row(f"{APP}, from the package", f"{cost.app * 1000:.0f} ms")
    shown.add_row(f"ratio (limit {LIMIT})", f"{cost.ratio:.2f}")
    shown.add_row(f"{APP}, nothing of the app compiled", f"{cost.bare * 1000:.0f} ms")
    shown.add_row("ratio", f"{cost.bare_ratio:.2f}", end_section=True)


def _add_package(shown: Table, package: Package) -> None:
    files = f"app.zip, {package.files} files, {package.compiled} of them compiled"
    shown.add_row(files, f"{package.packed / 1000:.0f} KB")
    shown.add_row("unpacked", f"{package.unpacked / 1000:.0f} KB", end_section=True)


def _add_speed(shown: Table, speed: Speed, stored: int) -> None:
    many = f"{stored:,} incidents stored"
    limit = f"limit {overview.LIMIT * 1000:.0f} ms"
    shown.add_row(f"GET /api/ui, {many} ({limit})", f"{speed.overview * 1000:.0f} ms")
    shown.add_row(f"GET /api/incidents, {many}", f"{speed.newest * 1000:.0f} ms")
    shown.add_row("its second page", f"{speed.second * 1000:.0f} ms")
    grown = f"{speed.after - speed.before:+.1f} MB"
    shown.add_row(f"memory of the host, 200 requests later (limit {GROWTH:.0f} MB)", grown, end_section=True)


if __name__ == "__main__":
    sys.exit(main())
