"""``python -m sandbox storm``: plays a storm, shows how it goes, and says whether all of it is as it must be."""

import asyncio
import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from sandbox.storm.picture import Sample, draw
from sandbox.storm.plan import Plan
from sandbox.storm.run import Details, Now, Result, play

_EVERY = {True: 1.0, False: 15.0}  # real seconds between two lines of progress, on a terminal and elsewhere

_FEW = 20  # throttled requests of a small storm, whose first minute is most of it
RATIO = 1.5
MEGABYTES = 400.0
JOB_READS = {"in any hour": 150, "in later hours": 70}
INTAKE_MS = 100.0


def run(plan: Plan, *, as_json: bool, picture: Path | None = None) -> int:
    """Play the storm, and draw it: 0 if everything is as it must be, else 1."""
    progress = Progress()
    result, details = asyncio.run(play(plan, progress))
    wrong = problems(plan, result, details)
    if picture:
        picture.write_text(draw(progress.samples, vms=plan.vms, bound=result.bound), "utf-8")
    if as_json:
        print(msgspec.json.encode({"details": details, "problems": wrong}).decode())
        print(msgspec.json.encode(result).decode())
    else:
        _show(plan, result, details, wrong)
    return 1 if wrong else 0


def problems(plan: Plan, result: Result, details: Details) -> list[str]:
    """What is not as it must be."""
    held = {
        f"{result.incidents} incidents for {plan.vms} failures": result.incidents == plan.vms,
        f"{result.terminal} of them ended": result.terminal == plan.vms,
        f"{result.lost} failures were lost": not result.lost,
        f"{details.open} orchestrations are still open": not details.open,
        f"{result.reports} reports, {result.duplicate_reports} of them twice": result.reports == plan.vms,
        f"{result.repeated_mutations} changes were repeated": not result.repeated_mutations,
        f"the host died {details.kills} times, not {plan.kills}": details.kills == plan.kills,
        f"it took {result.ratio:g} times as long as it must, more than {RATIO:g}": result.ratio <= RATIO,
        f"the host used {result.peak_mb:g} MB, more than {MEGABYTES:g}": result.peak_mb < MEGABYTES,
        f"intake answered in {details.intake_median_ms:g} ms, more than {INTAKE_MS:g}": (
            details.intake_median_ms <= INTAKE_MS
        ),
        f"{details.throttled} of {details.calls} requests were throttled": details.throttled
        <= max(_FEW, details.calls // 50),
    }
    return [text for text, good in held.items() if not good] + list(_too_many_reads(details))


def _too_many_reads(details: Details) -> list[str]:
    counted = {"in any hour": details.most_job_reads_in_an_hour, "in later hours": details.most_job_reads_later}
    return [
        f"{most} reads of jobs of {vault} {when}, more than {JOB_READS[when]}"
        for when, reads in counted.items()
        for vault, most in reads.items()
        if most > JOB_READS[when]
    ]


class Progress:
    """A line now and then on standard error: on a terminal it is written over."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = 0.0
        self.samples: list[Sample] = []

    def __call__(self, now: Now) -> None:
        """Keep how it stands; show it, if it is time to."""
        self.samples.append(Sample(now.since.total_seconds() / 3600, now.ended, now.kills))
        if time.monotonic() < self._next and now.ended < now.vms:
            return
        self._next = time.monotonic() + _EVERY[self._terminal]
        hours, minutes = divmod(int(now.since.total_seconds()) // 60, 60)
        text = (
            f"{now.ended} of {now.vms} incidents have ended after {hours}:{minutes:02d} h; {now.throttled} requests "
            f"were throttled, the host was killed {now.kills} times and used {now.peak_mb:.0f} MB at most"
        )
        print(
            f"\r\033[K{text}" if self._terminal else text,
            end="" if self._terminal else "\n",
            file=sys.stderr,
            flush=True,
        )


def _show(plan: Plan, result: Result, details: Details, wrong: list[str]) -> None:
    console = Console()
    table = Table(show_header=False, show_edge=False)
    for name, value in _rows(plan, result, details):
        table.add_row(name, value)
    console.print()
    console.print(table)
    for text in wrong:
        console.print(f"[red]wrong:[/red] {text}")
    console.print("[green]All as it must be.[/green]" if not wrong else f"[red]{len(wrong)} things are wrong.[/red]")


def _rows(plan: Plan, result: Result, details: Details) -> list[tuple[str, str]]:
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(details.outcomes.items()))
    routes = ", ".join(f"{count} {name}" for name, count in sorted(details.accepted.items()))
    reads = ", ".join(f"{vault} {most}" for vault, most in details.most_job_reads_in_an_hour.items())
    later = ", ".join(f"{vault} {most}" for vault, most in details.most_job_reads_later.items())
    return [
        ("failures", f"{plan.vms} in {plan.vaults} vaults, {plan.subscriptions} subscriptions"),
        ("told", f"{routes}; {details.sent_again} attempts while the host was down"),
        ("ended", f"{result.terminal}: {outcomes}"),
        (
            "lost, told twice, repeated changes",
            f"{result.lost}, {result.duplicate_reports}, {result.repeated_mutations}",
        ),
        ("bound, actual, ratio", f"{result.bound:g} h, {result.actual:g} h, {result.ratio:g}"),
        ("one incident alone, at most", f"{details.alone_hours:g} h"),
        ("requests to ARM", f"{details.calls}, {details.throttled} of them throttled"),
        ("reads of jobs in any hour", f"{reads}; after the first hour {later}"),
        ("answers of intake", f"median {details.intake_median_ms:g} ms, 95 % {details.intake_95_ms:g} ms"),
        ("killed", str(details.kills)),
        ("memory of the host", f"{result.peak_mb:g} MB"),
        ("real time", f"{details.real_seconds:g} s"),
    ]
