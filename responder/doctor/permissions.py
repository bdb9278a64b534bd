"""Whether each identity may do what its role says, in every vault in scope and where the VMs and restore points are.

Azure is asked for the identity's own effective permissions. They know nothing of deny assignments and locks.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import NamedTuple

from responder.azure.clients import DIAGNOSE, REMEDIATE
from responder.azure.gateway import Gateway, rights_of
from responder.azure.rights import Rights
from responder.doctor import estate
from responder.doctor.identity import name_of
from responder.doctor.model import Area, Probe
from responder.doctor.needed import Where, actions, missing
from responder.doctor.run import Look
from responder.errors import ArmError, Forbidden, NotFound
from responder.ids import VaultId
from responder.incident import Mode
from responder.language import say
from responder.settings import Settings

AREA = Area("permissions")

_TOGETHER = 8
_ROLES = {DIAGNOSE: "Backup Responder: diagnose", REMEDIATE: "Backup Responder: remediate"}


class Question(NamedTuple):
    """What one identity needs of one role in one place."""

    rights: Rights
    role: str
    where: Where
    scope: VaultId | str


class Gap(NamedTuple):
    """What is missing of a role, or ``trouble``: why that cannot be told."""

    question: Question
    actions: tuple[str, ...] = ()
    trouble: str = ""


def look(app: Settings) -> Look:
    """The probe."""

    def run(over: Event) -> Iterator[Probe]:
        reader = Gateway(app)
        try:
            found = estate.vaults(app, reader)
        except Forbidden as error:
            yield _blind(app, error)
            return
        questions = _questions(app, reader, found.vaults)
        with ThreadPoolExecutor(_TOGETHER) as pool:
            gaps = [gap for gap in pool.map(lambda asked: _gap(asked, over), questions) if gap]
        told = [*_missing_vaults(found.missing), *_told(gaps), *_left_out(found.left_out)]
        yield from told or [_well(app, questions)]

    return run


def _blind(app: Settings, error: Forbidden) -> Probe:
    """Not even the vaults of a subscription may be listed."""
    scope = error.scope or app.scope[0]
    asked = Question(rights_of(app)[0], DIAGNOSE, Where.VAULT, "/".join(scope.split("/")[:3]))
    return _lacks([Gap(asked, (error.action or "Microsoft.RecoveryServices/Vaults/read",))])


def _questions(app: Settings, reader: Gateway, vaults: list[VaultId]) -> list[Question]:
    """A role that makes changes is asked for only where the mode allows them."""
    if not vaults:
        return []
    known = rights_of(app)
    roles = {DIAGNOSE: known[0]} | ({} if app.mode is Mode.READ_ONLY else {REMEDIATE: known[-1]})
    places: Mapping[Where, Iterable[VaultId | str]] = {
        Where.VAULT: vaults,
        Where.MACHINES: estate.groups(reader, vaults),
        Where.POINTS: estate.point_groups(reader, vaults),
    }
    return [
        Question(rights, role, where, scope)
        for where, scopes in places.items()
        for scope in scopes
        for role, rights in roles.items()
    ]


def _gap(asked: Question, over: Event) -> Gap | None:
    """What is missing; nothing in a place that is not there: the service makes its groups when it needs them."""
    if over.is_set():
        return None
    try:
        lacks = missing(actions(asked.role, asked.where), asked.rights.permissions(asked.scope))
    except NotFound:
        return None
    except Forbidden as error:
        return Gap(asked, (error.action or "Microsoft.Authorization/permissions/read",))
    except ArmError as error:
        return Gap(asked, trouble=str(error))
    return Gap(asked, tuple(lacks)) if lacks else None


def _told(gaps: list[Gap]) -> Iterator[Probe]:
    """One finding for each role and what of it is missing, with all places."""
    folded: dict[tuple[str, tuple[str, ...], str, str], list[Gap]] = {}
    for gap in gaps:
        subscription = str(gap.question.scope).split("/")[2].lower()
        folded.setdefault((gap.question.role, gap.actions, gap.trouble, subscription), []).append(gap)
    for several in folded.values():
        yield _cannot_tell(several) if several[0].trouble else _lacks(several)


def _lacks(gaps: list[Gap]) -> Probe:
    asked, scopes = gaps[0].question, [str(gap.question.scope) for gap in gaps]
    text = say(
        "The identity {identity} lacks actions of the role '{role}': {actions}. Where: {scopes}",
        identity=name_of(asked.rights),
        role=_ROLES[asked.role],
        actions=", ".join(gaps[0].actions),
        scopes=", ".join(scopes),
    )
    remedy = say("Assign the role, whose name may end with a token; if it is assigned, deploy its newest version.")
    scope = scopes[0] if len(scopes) == 1 else "/".join(scopes[0].split("/")[:3])
    return AREA.wrong("RightMissing", text, remedy, _command(asked, scope))


def _command(asked: Question, scope: str) -> str:
    try:
        holder = asked.rights.token_holder().object_id
    except ArmError:
        holder = None
    return (
        f"az role assignment create --assignee-object-id {holder or '<object id>'}"
        f' --assignee-principal-type ServicePrincipal --role "{_ROLES[asked.role]}" --scope "{scope}"'
    )


def _cannot_tell(gaps: list[Gap]) -> Probe:
    text = say(
        "What the identity {identity} may do could not be read: {why}. Where: {scopes}",
        identity=name_of(gaps[0].question.rights),
        why=gaps[0].trouble,
        scopes=", ".join(str(gap.question.scope) for gap in gaps),
    )
    return AREA.doubt("RightsNotRead", text, say("Ask again; if it stays so, look at the app's log."))


def _missing_vaults(missing: list[str]) -> Iterator[Probe]:
    for vault in missing:
        text = say("RESPONDER_SCOPE names a vault that is not there: {vault}", vault=vault)
        yield AREA.wrong("VaultNotFound", text, say("Correct the id, or take it out of RESPONDER_SCOPE."))


def _left_out(count: int) -> Iterator[Probe]:
    if count:
        text = say(
            "Only the first {most} vaults were looked at; {count} were not.", most=estate.MOST_VAULTS, count=count
        )
        yield AREA.doubt("NotAllLookedAt", text, say("Their rights show when one of their backups fails."))


def _well(app: Settings, questions: list[Question]) -> Probe:
    vaults = len({str(asked.scope) for asked in questions if asked.where is Where.VAULT})
    if app.scope and not vaults:
        text = say("There is no vault in the scope, or none that the identity may see.")
        return AREA.doubt("NoVaultInScope", text, say("Check RESPONDER_SCOPE, and the role of the identity."))
    return AREA.well(
        say("The identities may do what their roles say, in {count} vaults and with their VMs.", count=vaults)
    )
