"""The app's settings: wrong ones, those that an unread reference stands in, and those that are right but odd."""

from collections.abc import Iterator, Mapping
from threading import Event

from responder.doctor.model import Area, Probe
from responder.doctor.run import Look
from responder.errors import SettingsError
from responder.incident import Mode, Outcome
from responder.language import Language, say
from responder.notify.targets import targets
from responder.settings import Settings

AREA = Area("settings")

# What App Service leaves in a setting whose reference it could not read.
# Source: Microsoft Learn, "Use Key Vault references as app settings", troubleshoot Key Vault references.
_UNREAD = "@microsoft.keyvault("


def look(app: Settings, environ: Mapping[str, str]) -> Look:
    """The probe of settings that were taken."""

    def run(_over: Event) -> Iterator[Probe]:
        found = [*_unread(environ), *_reach(app), *_receivers(app), *_zone(app, environ)]
        yield from found or [AREA.well(say("The settings are right; the mode is {mode}.", mode=app.mode.value))]

    return run


def refused(error: SettingsError) -> list[Probe]:
    """Settings with which the app does not start, each with its remedy."""
    return [
        AREA.wrong("SettingWrong", f"{problem.name}: {problem.what}.", problem.remedy) for problem in error.problems
    ]


def _unread(environ: Mapping[str, str]) -> Iterator[Probe]:
    for name, value in sorted(environ.items()):
        if value.strip().lower().startswith(_UNREAD):
            text = say("{name} holds a Key Vault reference that could not be read, instead of the secret.", name=name)
            remedy = say("Give the app's identity the role Key Vault Secrets User on that vault, and check its name.")
            yield AREA.wrong("ReferenceNotRead", text, remedy)


def _reach(app: Settings) -> Iterator[Probe]:
    if not app.scope:
        text = say("RESPONDER_SCOPE is empty: no failure is handled.")
        yield AREA.doubt("ScopeEmpty", text, say("Set it to the ids of subscriptions, resource groups or vaults."))
    if app.mode is Mode.READ_ONLY:
        text = say("The mode is read-only: failures are diagnosed, and nothing is repaired.")
        yield AREA.doubt("ModeReadOnly", text, say("Set RESPONDER_MODE to review or autonomous when you trust it."))
    elif app.destructive_per_hour == 0:
        text = say("RESPONDER_DESTRUCTIVE_PER_HOUR is 0: backups are started, but nothing else is changed.")
        yield AREA.doubt("ChangesForbidden", text, say("Set it to a larger number, or the mode to read-only."))


def _receivers(app: Settings) -> Iterator[Probe]:
    known = targets(app).values()
    for outcome in (Outcome.NEEDS_HUMAN, Outcome.FAILED):
        if not any(not target.outcomes or outcome in target.outcomes for target in known):
            text = say("No target takes incidents that end as {outcome}.", outcome=outcome.value)
            remedy = say("Add it to the outcomes of a target in RESPONDER_TARGETS.")
            yield AREA.doubt("OutcomeToNobody", text, remedy)
    if app.mode is not Mode.READ_ONLY and not any(target.approvals for target in known):
        text = say("No target takes requests for a decision: plans that need one will expire.")
        yield AREA.doubt("ApprovalsToNobody", text, say("Set approvals to true at a target in RESPONDER_TARGETS."))


def _zone(app: Settings, environ: Mapping[str, str]) -> Iterator[Probe]:
    if app.language is not Language.ENGLISH and not environ.get("RESPONDER_TIME_ZONE", "").strip():
        text = say("RESPONDER_TIME_ZONE is not set: people are told times in UTC only.")
        yield AREA.doubt("TimeZoneNotSet", text, say("Set it to a zone such as Asia/Seoul."))
