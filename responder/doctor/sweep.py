"""Whether the timer runs that looks for failed jobs no alert told of."""

from collections.abc import Iterator, Mapping
from threading import Event

from responder.doctor.model import Area, Probe
from responder.doctor.run import Look
from responder.language import say
from responder.settings import Settings

AREA = Area("sweep")

# Source: Microsoft Learn, "How to disable functions in Azure Functions": true and 1 count; Linux writes __ for a dot.
_NAMES = {"azurewebjobs.sweep.disabled", "azurewebjobs__sweep__disabled"}
_YES = {"true", "1"}


def look(app: Settings, environ: Mapping[str, str]) -> Look:
    """The probe."""

    def run(_over: Event) -> Iterator[Probe]:
        if not is_on(environ):
            text = say("The sweep is switched off: failures that no alert tells of stay unseen.")
            remedy = say("Remove the app setting AzureWebJobs__sweep__Disabled.")
            command = (
                "az functionapp config appsettings delete --resource-group <group> --name <app>"
                " --setting-names AzureWebJobs__sweep__Disabled"
            )
            yield AREA.doubt("SweepOff", text, remedy, command)
            return
        yield AREA.well(say("The sweep runs by its schedule: {schedule}", schedule=app.sweep_schedule))

    return run


def is_on(environ: Mapping[str, str]) -> bool:
    """Whether the environment lets the sweep run."""
    return not any(name.lower() in _NAMES and value.strip().lower() in _YES for name, value in environ.items())
