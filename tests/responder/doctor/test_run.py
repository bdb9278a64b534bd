"""All probes at once: none holds the others up, and none takes them down."""

import asyncio
from collections.abc import Iterator
from threading import Event

from responder.doctor.model import Area, Probe, Status, report_of
from responder.doctor.run import run
from responder.errors import ArmError, Throttled

AREA = Area("thing")


def well(_over: Event) -> Iterator[Probe]:
    yield AREA.well("It is well.")


def breaks(_over: Event) -> Iterator[Probe]:
    raise KeyError("a-secret-detail")


def refused(_over: Event) -> Iterator[Probe]:
    raise ArmError("No.", status=400)


def later(_over: Event) -> Iterator[Probe]:
    raise Throttled("Too many.", status=429)


def waits(over: Event) -> Iterator[Probe]:
    over.wait(30)
    yield AREA.well("Too late.")


async def test_a_probe_that_breaks_is_a_finding_among_the_others() -> None:
    report = await run({"broken": breaks, "refused": refused, "later": later, "well": well}, {})
    assert report.status is Status.FAILED
    told = {probe.name: (probe.code, probe.status.value) for probe in report.probes}
    assert told == {
        "broken": ("CannotTell", "failed"),
        "refused": ("CannotTell", "failed"),
        "later": ("CannotTell", "warning"),
        "thing": ("Well", "ok"),
    }
    assert "a-secret-detail" not in str(report)


async def test_a_probe_that_takes_too_long_is_left_and_told_so() -> None:
    async def never() -> list[Probe]:
        await asyncio.Event().wait()
        return []

    report = await run({"slow": waits, "well": well}, {"stuck": never()}, seconds=0.2)
    assert [(probe.name, probe.code) for probe in report.probes] == [
        ("slow", "NoAnswerInTime"),
        ("stuck", "NoAnswerInTime"),
        ("thing", "Well"),
    ]


async def test_nothing_to_look_at_is_well() -> None:
    assert (await run({}, {})).status is Status.OK


def test_the_worst_comes_first_and_counts() -> None:
    found = [AREA.well("a"), AREA.doubt("B", "b", "mend"), AREA.wrong("C", "c", "mend"), AREA.doubt("D", "d", "mend")]
    report = report_of(found)
    assert (report.status, [probe.code for probe in report.probes]) == (Status.FAILED, ["C", "B", "D", "Well"])
    assert report_of(found[:2]).status is Status.WARNING


def test_a_finding_holds_no_secret_and_nothing_that_a_terminal_obeys() -> None:
    probe = AREA.wrong("C", "https://x.example/in?sig=abc123&code=def \x1b[31m", "mend")
    assert "abc123" not in probe.text
    assert "def" not in probe.text
    assert "\x1b" not in probe.text
