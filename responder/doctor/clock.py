"""The machine's clock against that of Azure: signatures and tokens are refused when they are minutes apart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

from responder.azure.gateway import rights_of
from responder.doctor.model import Area, Probe
from responder.doctor.run import Look
from responder.language import say
from responder.settings import Settings
from responder.words import duration

AREA = Area("clock")

# Source: Standard Webhooks 1.0.0, "Verifying webhook authenticity": receivers refuse what is five minutes off.
_REFUSED = timedelta(minutes=5)
_ODD = timedelta(minutes=1)


def look(app: Settings) -> Look:
    """The probe."""

    def run(_over: Event) -> Iterator[Probe]:
        there = rights_of(app)[0].service_time()
        yield judged(AREA, there, datetime.now(UTC))

    return run


def judged(area: Area, there: datetime | None, here: datetime) -> Probe:
    """What the difference between somebody else's clock and the one here means."""
    remedy = say("Set the machine's clock by a time server (NTP).")
    if there is None:
        return area.doubt("ClockUntold", say("The other side did not tell its time."), remedy)
    off = abs(here - there)
    text = say("The clock is {difference} off.", difference=duration(off.total_seconds()))
    if off > _REFUSED:
        return area.wrong("ClockWrong", text, remedy)
    return area.doubt("ClockOff", text, remedy) if off > _ODD else area.well(text)
