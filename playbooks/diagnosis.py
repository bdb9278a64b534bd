"""From a failed job to a diagnosis: what failed, which playbook, what its checks see, what its fixes would change."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from msgspec.structs import replace

from playbooks import loader
from playbooks.advice import advise
from playbooks.backup import report
from playbooks.case import Case, Subject
from playbooks.checks import run
from playbooks.fixes import Plan, fix
from playbooks.model import Cause, Conclusion, FixStep, Playbook, Step
from playbooks.overdue import marked, stand_in
from playbooks.resolution import Resolved
from playbooks.scene import Desk, Scene, scene
from responder import logs
from responder.azure.model import Job
from responder.errors import NotFound
from responder.guards import in_scope, is_running, is_success, strictest
from responder.ids import ItemId, VaultId, same
from responder.incident import (
    Advice,
    CodeOrigin,
    FailedBackup,
    FailedJob,
    Finding,
    JobErrorRef,
    Mode,
    Outcome,
    PlaybookRef,
    Verdict,
)
from responder.language import say
from responder.settings import Settings
from responder.wire import Wire

TAG = "backup-responder"
"""VM tag that makes the app stricter for one VM: read-only, review or autonomous."""

_READERS = 6  # concurrent reads; the checks of one playbook ask for about ten facts
_NOT_THE_JOBS = {CodeOrigin.SITUATION, CodeOrigin.REQUESTED}  # the code of the playbook is not that of the job


class Stop(Wire):
    """Why an incident ends without a playbook."""

    outcome: Outcome
    reason: str
    text: str


class View(Wire):
    """What the checks see and the fixes would change, at one moment.

    ``pending``: causes for which ARM still works on an answer, which will be at the URLs ``asked``. ``forbidden``: the
    app may not look at something that decides about a step.
    """

    findings: list[Finding] = []
    plans: list[Plan] = []
    pending: list[str] = []
    asked: dict[str, str] = {}
    forbidden: str | None = None


class Limits(Wire):
    """The settings that the orchestration decides by, as they were at diagnosis; before it nothing is allowed."""

    attempts: int = 0
    window_hours: float = 24
    destructive_per_hour: int = 0
    approval_hours: float = 0
    backoff_minutes: int = 0
    pause_hours: int = 0


class Diagnosis(View):
    """All that the orchestration needs to walk a runbook, so that replay never reads files or settings."""

    stop: Stop | None = None
    subject: Subject | None = None
    job: FailedJob | None = None
    playbook: PlaybookRef | None = None
    causes: list[Cause] = []
    runbook: list[Step] = []
    conclusion: Conclusion | None = None
    guidance: list[Advice] = []
    mode: Mode = Mode.READ_ONLY
    tags: dict[str, str] = {}
    limits: Limits = Limits()
    recovered_by: str | None = None


def diagnose(desk: Desk, failure: FailedBackup, refused_with: str | None = None, known: Job | None = None) -> Diagnosis:
    """Read the failed job, find its playbook, run all of its checks, plan the fixes whose cause is confirmed.

    Args:
        desk: the way to ARM, the settings, the orchestration's time.
        failure: what the alert, or a job of the app's own, told.
        refused_with: the code with which Azure refused an ad hoc backup; it goes before the job's own code.
        known: the failed job, where it was read already.

    Raises:
        ArmError: a read failed; the whole hop may be repeated.
        PlaybookError: the playbook cannot be used.
    """
    vault = VaultId.parse(failure.vault_id or "")
    overdue = failure.overdue_since is not None and not failure.job_id
    if vault is None or not (failure.job_id or overdue):
        return _stopped("NoJob", say("The alert names no vault and job."), Outcome.UNRECOGNISED)
    if not in_scope(str(vault), desk.settings.scope):
        return _stopped("OutOfScope", say("{vault} lies outside of RESPONDER_SCOPE.", vault=vault))
    try:
        job = stand_in(failure) if overdue else known or desk.gateway.job(vault, failure.job_id or "")
    except NotFound as missing:
        return _stopped("JobNotFound", missing.message, Outcome.NEEDS_HUMAN)
    stop = _not_for_us(job, failure, vault)
    if stop:
        return Diagnosis(stop=stop)
    found = scene(desk, failure, job, vault, refused_with)
    if found is None:
        return _stopped("NotAVirtualMachine", say("{item} names no virtual machine.", item=job.item_container))
    if overdue:
        found = Scene(found.case, marked(found.resolved))
    return _not_looser(_diagnosed(found, job), failure.mode)


def examine(case: Case, causes: list[Cause], fixes: list[str], decisive: Collection[str] | None = None) -> View:
    """Run checks and plan fixes on the same facts, concurrently.

    ``decisive``: causes by which a step is decided (all, if None): not being allowed to look at them is a failure.
    """
    with ThreadPoolExecutor(_READERS) as pool:
        looked = list(pool.map(logs.carried(partial(run, case)), causes))
        plans = list(pool.map(logs.carried(partial(_planned, case)), fixes))
    told = [each for each in looked if decisive is None or each.finding.cause in decisive]
    return View(
        findings=[each.finding for each in looked],
        plans=plans,
        pending=[each.finding.cause for each in looked if each.pending],
        asked=case.asked,
        forbidden=next((each.forbidden for each in told if each.forbidden), None),
    )


def _planned(case: Case, name: str) -> Plan:
    """The plan with what its changes do to production."""
    return replace(fix(name).plan(case), impact=say(fix(name).IMPACT))


def _not_for_us(job: Job, failure: FailedBackup, vault: VaultId) -> Stop | None:
    if is_running(job) or job.status.lower() == "completed" or (is_success(job) and not job.errors):
        text = say("Job {job} is {status}.", job=job.id, status=job.status)
        return Stop(outcome=Outcome.SKIPPED, reason="JobNotFailed", text=text)
    item = ItemId.of_job_container(vault, job.item_container or "")
    if failure.item_id and not same(str(ItemId.parse(failure.item_id) or ""), str(item)):
        text = say(
            "Job {job} is about {item}, the alert about {other}.", job=job.id, item=item.item, other=failure.item_id
        )
        return Stop(outcome=Outcome.NEEDS_HUMAN, reason="AlertJobMismatch", text=text)
    return None


def _diagnosed(found: Scene, job: Job) -> Diagnosis:
    case, resolved = found
    playbook = resolved.playbook
    if job.operation.lower() != "backup":
        return _of_another_operation(found, job)
    view = examine(case, playbook.causes, [], _decisive(playbook))
    confirmed = {finding.cause for finding in view.findings if finding.verdict is Verdict.CONFIRMED}
    plans = examine(case, [], _first_fixes(playbook.runbook, confirmed)).plans
    since = case.subject.failed_at
    done = [entry for entry in case.jobs() if is_success(entry) and (entry.started_at or case.now) >= since]
    return Diagnosis(
        findings=view.findings,
        plans=plans,
        pending=view.pending,
        asked=view.asked,
        forbidden=view.forbidden,
        subject=_known(case),
        job=_failed_job(job, resolved),
        playbook=playbook.ref(),
        causes=playbook.causes,
        runbook=playbook.runbook,
        conclusion=playbook.conclusion,
        guidance=_guidance(case, playbook),
        mode=_mode(case, playbook),
        tags=_tags(case),
        limits=_limits(case.settings),
        recovered_by=done[0].id if done else None,
    )


def _of_another_operation(found: Scene, job: Job) -> Diagnosis:
    """A restore, a configuration ...: recognised and reported, never acted on."""
    case, resolved = found
    text = say("Job {job} is a {operation} job; the app acts on backups only.", job=job.id, operation=job.operation)
    return Diagnosis(
        stop=Stop(outcome=Outcome.SKIPPED, reason="NotABackup", text=text),
        subject=case.subject,
        job=_failed_job(job, resolved),
        playbook=resolved.playbook.ref(),
        guidance=_guidance(case, resolved.playbook),
        mode=_mode(case, resolved.playbook),
        tags=_tags(case),
    )


def _known(case: Case) -> Subject:
    ids = [entry.id for entry in case.collections()] if case.knows("collections") else None
    return case.subject.with_(collections=ids)


def _decisive(playbook: Playbook) -> set[str]:
    """The causes by which a step is done or left out."""
    cured = {cause for step in playbook.runbook if isinstance(step, FixStep) for cause in step.cures}
    return cured | {cause.id for cause in playbook.causes if cause.blocks}


def _guidance(case: Case, playbook: Playbook) -> list[Advice]:
    shared = [step for name in playbook.topics for step in loader.topic(name).steps]
    return advise(case, playbook.guidance + shared)


def _mode(case: Case, playbook: Playbook) -> Mode:
    settings = case.settings
    tags = {key.lower(): value for key, value in _tags(case).items()}
    return strictest([settings.mode, settings.playbook_modes.get(playbook.code), playbook.mode, _tag_mode(tags)])


def _tags(case: Case) -> dict[str, str]:
    machine = case.machine_if_there()
    return machine.tags if machine else {}


def _not_looser(diagnosis: Diagnosis, asked: Mode | None) -> Diagnosis:
    """The mode that a person asked for can only make the app stricter."""
    return replace(diagnosis, mode=strictest([diagnosis.mode, asked]))


def _limits(settings: Settings) -> Limits:
    return Limits(
        attempts=settings.attempts_per_window,
        window_hours=settings.attempt_window_hours,
        destructive_per_hour=settings.destructive_per_hour,
        approval_hours=settings.approval_hours,
        backoff_minutes=settings.backoff_minutes,
        pause_hours=settings.remediation_pause_hours,
    )


def _first_fixes(runbook: list[Step], confirmed: set[str]) -> list[str]:
    """The fixes that come before anything else: later ones are planned when their time has come."""
    fixes: list[str] = []
    for step in runbook:
        if not isinstance(step, FixStep):
            break
        if confirmed & set(step.cures):
            fixes.append(step.fix)
    return fixes


def _tag_mode(tags: dict[str, str]) -> Mode | None:
    """The VM's own mode; a value that is no mode counts as the strictest: somebody wanted to hold the app back."""
    if TAG not in tags:
        return None
    wanted = tags[TAG].strip().lower()
    return Mode(wanted) if wanted in set(Mode) else Mode.READ_ONLY


def _failed_job(job: Job, resolved: Resolved) -> FailedJob:
    told = report(job)
    return FailedJob(
        id=job.id,
        code=told.code if resolved.origin in _NOT_THE_JOBS else resolved.code or told.code,
        origin=resolved.origin,
        number=told.number,
        message=told.message,
        errors=[JobErrorRef(code=error.title, number=error.number, message=error.text) for error in job.errors],
        phases={phase.name: phase.status for phase in job.phases},
        recommendations=told.recommendations,
        status=job.status,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


def _stopped(reason: str, text: str, outcome: Outcome = Outcome.SKIPPED) -> Diagnosis:
    return Diagnosis(stop=Stop(outcome=outcome, reason=reason, text=text))
