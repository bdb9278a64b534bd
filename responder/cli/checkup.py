"""The findings of the doctor: what the app tells, what only the outside sees, and how they are shown."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import msgspec

from responder.cli.api import Api
from responder.cli.screen import Screen, plain
from responder.doctor.clock import judged
from responder.doctor.model import Area, Probe, Report, Status, report_of
from responder.errors import ApiError
from responder.wire import record, typed

ADDRESS, KEY, HERE = Area("address"), Area("key"), Area("clock-here")

_HEADS = ("STATUS", "PROBE", "CODE", "FINDING")


def of(api: Api) -> Report:
    """Everything that can be found out about an app from here."""
    try:
        date = api.server_clock()
    except ApiError as error:
        remedy = "Check --url, DNS, firewall and certificate on the way; in the portal, that the app is running."
        return report_of([ADDRESS.wrong("AddressUnreachable", str(error), remedy)])
    outside = [ADDRESS.well("The app can be reached."), judged(HERE, _time(date), datetime.now(UTC))]
    return report_of([*outside, *_inside(api)])


def shown(screen: Screen, report: Report, *, as_json: bool) -> bool:
    """Show a report; whether nothing fails."""
    if as_json:
        screen.json(record(report))
    else:
        rows = [
            [probe.status.value, plain(probe.name), plain(probe.code), plain(probe.text)] for probe in report.probes
        ]
        screen.table(_HEADS, rows)
        for line in _to_do(screen, report):
            screen.line(line)
    return report.status is not Status.FAILED


def _inside(api: Api) -> Iterator[Probe]:
    """What the app tells, once it takes the key."""
    try:
        told = typed(api.get("preflight"), Report)
    except ApiError as error:
        yield _refused(error)
    except msgspec.ValidationError as error:
        yield ADDRESS.wrong("NotTheApp", f"The answer is not that of the app: {error}", "Check --url.")
    else:
        yield KEY.well("The key was accepted.")
        yield from told.probes


def _refused(error: ApiError) -> Probe:
    if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        command = "az functionapp keys list --resource-group <group> --name <app>"
        return KEY.wrong("KeyRefused", str(error), "A key may have been renewed. Look it up, or ask for it.", command)
    return ADDRESS.wrong("NoPreflight", str(error), "Deploy a version of the app that knows GET /api/preflight.")


def _to_do(screen: Screen, report: Report) -> Iterator[str]:
    found = [probe for probe in report.probes if probe.status is not Status.OK]
    yield ""
    if not found:
        yield screen.mark("Nothing is wrong.", "good")
    for probe in found:
        yield f"{screen.mark(probe.status.value)}  {plain(probe.name)} {plain(probe.code)}: {plain(probe.text)}"
        if probe.remedy:
            yield f"  {plain(probe.remedy)}"
        if probe.command:
            yield f"  $ {plain(probe.command)}"


def _time(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date or "")
    except ValueError:
        return None
