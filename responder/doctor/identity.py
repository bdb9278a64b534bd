"""Whether each identity of the app gets a token for Azure Resource Manager."""

from collections.abc import Iterator
from threading import Event

from responder.azure.clients import REMEDIATE
from responder.azure.gateway import rights_of
from responder.azure.rights import Rights
from responder.doctor.model import Area, Probe
from responder.doctor.run import Look
from responder.errors import ArmError
from responder.language import say
from responder.settings import Settings

AREA = Area("identity")


def look(app: Settings) -> Look:
    """The probe."""

    def run(_over: Event) -> Iterator[Probe]:
        for rights in rights_of(app):
            yield _token(app, rights)

    return run


def name_of(rights: Rights) -> str:
    """How people are told which identity is meant."""
    return rights.acting_as or say("of the app")


def _token(app: Settings, rights: Rights) -> Probe:
    client_id = app.remediate_client_id if rights.acting_as == REMEDIATE else app.client_id
    identity, shown = name_of(rights), client_id or say("system-assigned")
    try:
        holder = rights.token_holder()
    except ArmError as error:
        text = say(
            "The identity {identity} ({client}) gets no token: {why}", identity=identity, client=shown, why=error
        )
        remedy = say("Assign that managed identity to the function app, and check its client id in the settings.")
        command = "az functionapp identity assign --resource-group <group> --name <app> --identities <identity id>"
        return AREA.wrong("NoToken", text, remedy, command)
    text = say(
        "The identity {identity} ({client}) gets tokens; its object id is {object}.",
        identity=identity,
        client=shown,
        object=holder.object_id or "?",
    )
    return AREA.well(text)
