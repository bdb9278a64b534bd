"""The command line."""

import argparse
import json
import math
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox.faults import NoSuchFaultError
from sandbox.faults import known as known_faults
from sandbox.scenario import DEFAULT, NoSuchScenarioError, load, names

_USAGE = 2  # exit code
_INTERRUPTED = 130  # exit code of a program that SIGINT stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 a scenario did not end as its file says or nothing starts, 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if "all" in options and options.all and options.scenario:
        parser.error("--all plays every scenario: name none")
    try:
        return int(options.run(options))
    except (NoSuchScenarioError, NoSuchFaultError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return _USAGE
    except KeyboardInterrupt:
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="An Azure on a laptop: simulator of Resource Manager, identity endpoint, Functions host with its "
        "Durable engine, webhook inbox. Everything listens on 127.0.0.1 only.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add, name, does in (
        (_add_demo, "demo", "play scenarios from alert to report, live; 0 if each ends as it should, else 1"),
        (_add_serve, "serve", "start everything, print its addresses as one line of JSON, run until SIGTERM"),
        (_add_storm, "storm", "let very many backups fail at once; 0 if nothing is lost, repeated or too slow, else 1"),
        (_add_soak, "soak", "kill the functions host at random moments of many scenarios; 0 if all goes well, else 1"),
        (_add_scenarios, "scenarios", "list the scenarios"),
        (_add_rights, "rights", "play all scenarios; for each action of the roles, write one that needs it"),
        (_add_histories, "histories", "record the histories that tests/upgrade replays with the code of now"),
    ):
        add(commands.add_parser(name, help=does, description=does[0].upper() + does[1:] + "."))
    return parser


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="*", help=f"names of scenarios (default: {DEFAULT})")
    parser.add_argument("--all", action="store_true", help="play every scenario")
    parser.add_argument("--json", action="store_true", help="write the result for programs, as fast as it goes")
    parser.add_argument("--keep", action="store_true", help="keep the state folder and say where it is")
    decide = "decide at once what a person is asked, instead of what the scenario says or of waiting for you"
    parser.add_argument("--decide", choices=["approve", "decline"], help=decide)
    parser.add_argument("--picture", type=Path, metavar="FILE", help="also draw what is shown as an SVG picture")
    parser.set_defaults(run=_demo)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    speed = "virtual seconds a second (default: 1), or max: the clock leaps over idle time"
    state = "keep the app's state here and go on from it; the simulated cloud itself begins anew"
    parser.add_argument("--speed", type=_speed, default=1.0, metavar="N", help=speed)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help=f"one of: {_faults()}")
    parser.add_argument("--state", type=Path, metavar="DIR", help=state)
    parser.add_argument("--scenario", default=DEFAULT, metavar="NAME", help=f"the world (default: {DEFAULT})")
    fill = "begin with so many ended incidents of the last 90 days, for a look at full lists; only in a new state"
    parser.add_argument("--fill", type=_count, default=0, metavar="N", help=fill)
    parser.set_defaults(run=_serve)


def _add_storm(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vms", type=_count, default=1000, metavar="N", help="failed VMs (default: 1000)")
    parser.add_argument("--vaults", type=_count, default=1, metavar="N", help="vaults that they are in (default: 1)")
    parser.add_argument(
        "--subscriptions", type=_count, default=1, metavar="N", help="subscriptions that the vaults are in (default: 1)"
    )
    twice = "share of the failures that is told twice (default: 10%%)"
    parser.add_argument("--duplicates", type=_share, default=0.1, metavar="P%", help=twice)
    parser.add_argument(
        "--kill", type=int, default=0, metavar="K", help="kill -9 the functions host so often (default: 0)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="what all choices follow from (default: 1)")
    speed = "virtual seconds a second, or max: the clock leaps over idle time (default)"
    parser.add_argument("--speed", type=_speed, default=None, metavar="N", help=speed)
    parser.add_argument("--json", action="store_true", help="write the result for programs; its last line is the tally")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="also draw how it went as an SVG picture")
    parser.set_defaults(run=_storm)


def _add_soak(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=_count, default=200, metavar="N", help="how many scenarios (default: 200)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first seed; each run has the next")
    parser.add_argument("--json", action="store_true", help="write what went wrong for programs")
    parser.set_defaults(run=_soak)


def _add_scenarios(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="write them for programs")
    parser.set_defaults(run=_scenarios)


def _add_rights(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_rights)


def _add_histories(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--anew", action="store_true", help="all of them, not only what is missing: drops older walks")
    parser.set_defaults(run=_histories)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: give a number above 0, or max")
    return speed


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number: give a whole one from 1 on")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: give 0% to 100%")
    return share


def _faults() -> str:
    return ", ".join(sorted(known_faults()))


def _stop_in_order() -> None:
    """The functions host is a process of its own: being told to stop must stop it too, as Ctrl-C does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts with it ignored
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def _demo(options: argparse.Namespace) -> int:
    from sandbox import demo

    _stop_in_order()
    chosen = names() if options.all else options.scenario or [DEFAULT]
    return demo.run(chosen, as_json=options.json, keep=options.keep, picture=options.picture, decide=options.decide)


def _storm(options: argparse.Namespace) -> int:
    from sandbox.storm import command
    from sandbox.storm.plan import Plan

    _stop_in_order()
    plan = Plan(
        vms=options.vms,
        vaults=min(options.vaults, options.vms),
        subscriptions=min(options.subscriptions, options.vaults),
        duplicates=options.duplicates,
        kills=options.kill,
        seed=options.seed,
        speed=options.speed,
    )
    return command.run(plan, as_json=options.json, picture=options.picture)


def _soak(options: argparse.Namespace) -> int:
    from sandbox import soak

    _stop_in_order()
    return soak.run(runs=options.runs, seed=options.seed, as_json=options.json)


def _rights(_: argparse.Namespace) -> int:
    from sandbox import rights_table

    _stop_in_order()
    return rights_table.run()


def _histories(options: argparse.Namespace) -> int:
    from sandbox import histories
    from sandbox.hostprocess import ROOT

    _stop_in_order()
    return histories.run(ROOT, anew=options.anew)


def _serve(options: argparse.Namespace) -> int:
    from sandbox import serving
    from sandbox.filling import NotEmptyError

    try:
        return serving.run(
            options.scenario,
            speed=options.speed,
            named_faults=options.fault,
            state=options.state,
            fill=options.fill,
        )
    except NotEmptyError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return _USAGE


def _scenarios(options: argparse.Namespace) -> int:
    rows = [load(name) for name in names()]
    if options.json:
        print(json.dumps([{"name": row.name, "outcome": row.outcome, "about": row.about} for row in rows], indent=2))
        return 0
    table = Table(show_edge=False)
    for title in ("scenario", "outcome", "about"):
        table.add_column(title, no_wrap=title != "about")
    played = Counter(row.name.partition("@")[0] for row in rows)
    for row in {row.name.partition("@")[0]: row for row in rows}.values():
        name, at, _ = row.name.partition("@")
        codes = f" Played for {played[name]} codes." if at else ""
        table.add_row(name, row.outcome, row.about + codes)
    Console().print(table)
    return 0
