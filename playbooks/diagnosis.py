"""From a failed job to a diagnosis: what failed, which playbook, what its checks see, what its fixes would change."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from msgspec.structs import replace

from playbooks import loader
from playbooks.backup import report
from playbooks.case import Case, Subject
from playbooks.checks import fill, run
from playbooks.fixes import Plan, fix
from playbooks.model import Cause, FixStep, Playbook, Step
from responder.azure.gateway import Gateway
from responder.azure.model import Job
from responder.errors import NotFound
from responder.guards import in_scope, is_running, is_success, strictest
from responder.ids import ItemId, VaultId, same
from responder.incident import (
    FailedBackup,
    FailedJob,
    Finding,
    Mode,
    Outcome,
    PlaybookRef,
    Verdict,
)
from responder.settings import Settings
from responder.wire import Wire

TAG = "backup-responder"
"""VM tag that makes the app stricter for one VM: read-only, review or autonomous."""

_READERS = 6  # concurrent reads; the checks of one playbook ask for about ten facts


class Stop(Wire):
    """Why an incident ends without a playbook."""

    outcome: Outcome
    reason: str
    text: str


class View(Wire):
    """What the checks see and the fixes would change, at one moment."""

    findings: list[Finding] = []
    plans: list[Plan] = []


class Limits(Wire):
    """The settings that the orchestration decides by, as they were at diagnosis; before it nothing is allowed."""

    attempts: int = 0
    window_hours: float = 24
    destructive_per_hour: int = 0
    approval_hours: float = 0


class Diagnosis(View):
    """All that the orchestration needs to walk a runbook, so that replay never reads files or settings."""

    stop: Stop | None = None
    subject: Subject | None = None
    job: FailedJob | None = None
    playbook: PlaybookRef | None = None
    causes: list[Cause] = []
    runbook: list[Step] = []
    guidance: list[str] = []
    mode: Mode = Mode.READ_ONLY
    limits: Limits = Limits()
    recovered_by: str | None = None


def diagnose(gateway: Gateway, settings: Settings, failure: FailedBackup, now: datetime) -> Diagnosis:
    """Read the failed job, find its playbook, run all of its checks, plan the fixes whose cause is confirmed.

    Raises:
        ArmError: a read failed; the whole hop may be repeated.
        PlaybookError: the playbook cannot be used.
    """
    vault = VaultId.parse(failure.vault_id or "")
    if vault is None or not failure.job_id:
        return _stopped("NoJob", "The alert names no vault and job.", Outcome.UNRECOGNISED)
    if not in_scope(str(vault), settings.scope):
        return _stopped("OutOfScope", f"{vault} lies outside of RESPONDER_SCOPE.")
    try:
        job = gateway.job(vault, failure.job_id)
    except NotFound as missing:
        return _stopped("JobNotFound", missing.message, Outcome.NEEDS_HUMAN)
    return _not_for_us(job, failure, vault) or _diagnose(gateway, settings, failure, job, now)


def examine(case: Case, causes: list[Cause], fixes: list[str]) -> View:
    """Run checks and plan fixes on the same facts, concurrently."""
    with ThreadPoolExecutor(_READERS) as pool:
        findings = list(pool.map(lambda cause: run(case, cause), causes))
        plans = list(pool.map(lambda name: fix(name).plan(case), fixes))
    return View(findings=findings, plans=plans)


def _not_for_us(job: Job, failure: FailedBackup, vault: VaultId) -> Diagnosis | None:
    if is_running(job) or is_success(job):
        return _stopped("JobNotFailed", f"Job {job.id} is {job.status}.")
    if job.operation.lower() != "backup":
        return _stopped("NotABackup", f"Job {job.id} is a {job.operation} job.")
    item = ItemId.of_job_container(vault, job.item_container or "")
    if failure.item_id and not same(str(ItemId.parse(failure.item_id) or ""), str(item)):
        text = f"Job {job.id} is about {item.item}, the alert about {failure.item_id}."
        return _stopped("AlertJobMismatch", text, Outcome.NEEDS_HUMAN)
    return None


def _diagnose(gateway: Gateway, settings: Settings, failure: FailedBackup, job: Job, now: datetime) -> Diagnosis:
    vault = VaultId.parse(failure.vault_id or "")
    if vault is None:  # ruled out by `diagnose`
        return _stopped("NoJob", "The alert names no vault and job.", Outcome.UNRECOGNISED)
    item = ItemId.of_job_container(vault, job.item_container or "")
    protected = gateway.protected_item(item)
    if not protected.vm_id:
        return _stopped("NotAVirtualMachine", f"{item.item} names no virtual machine.")
    subject = Subject(
        item=item,
        vm_id=protected.vm_id,
        data_id=protected.data_id,
        policy=gateway.policy(vault, protected.policy_id) if protected.policy_id else None,
        failed_job=job.id,
        failed_at=job.ended_at or job.started_at or failure.occurred_at or now,
    )
    playbook = _playbook(job, failure)
    case = Case(gateway, settings, subject, now)
    return _with_view(case, playbook, job)


def _playbook(job: Job, failure: FailedBackup) -> Playbook:
    """By the job's own codes, then its numbers, then the alert's hint."""
    codes = [error.title for error in job.errors if error.title]
    numbers = [error.number for error in job.errors if error.number]
    hints = [failure.code_hint] if failure.code_hint and not codes else []
    return loader.find(codes + hints, numbers)


def _with_view(case: Case, playbook: Playbook, job: Job) -> Diagnosis:
    settings = case.settings
    with ThreadPoolExecutor(1) as pool:  # the VM is read while the checks run
        machine = pool.submit(case.machine)
        seen = examine(case, playbook.causes, [])
        tags = {key.lower(): value for key, value in machine.result().tags.items()}
    confirmed = {finding.cause for finding in seen.findings if finding.verdict is Verdict.CONFIRMED}
    fixes = _first_fixes(playbook.runbook, confirmed)
    done = [
        entry for entry in case.jobs() if is_success(entry) and (entry.started_at or case.now) >= case.subject.failed_at
    ]
    return Diagnosis(
        findings=seen.findings,
        plans=examine(case, [], fixes).plans,
        subject=replace(case.subject, collections=[entry.id for entry in case.collections()]),
        job=_failed_job(job),
        playbook=playbook.ref(),
        causes=playbook.causes,
        runbook=playbook.runbook,
        guidance=fill(case, playbook.guidance),
        mode=strictest([settings.mode, settings.playbook_modes.get(playbook.code), playbook.mode, _tag_mode(tags)]),
        limits=Limits(
            attempts=settings.attempts_per_window,
            window_hours=settings.attempt_window_hours,
            destructive_per_hour=settings.destructive_per_hour,
            approval_hours=settings.approval_hours,
        ),
        recovered_by=done[0].id if done else None,
    )


def _first_fixes(runbook: list[Step], confirmed: set[str]) -> list[str]:
    """The fixes that come before anything else: later ones are planned when their time has come."""
    fixes: list[str] = []
    for step in runbook:
        if not isinstance(step, FixStep):
            break
        if step.cures in confirmed:
            fixes.append(step.fix)
    return fixes


def _tag_mode(tags: dict[str, str]) -> Mode | None:
    """The VM's own mode; a value that is no mode counts as the strictest: somebody wanted to hold the app back."""
    if TAG not in tags:
        return None
    wanted = tags[TAG].strip().lower()
    return Mode(wanted) if wanted in set(Mode) else Mode.READ_ONLY


def _failed_job(job: Job) -> FailedJob:
    told = report(job)
    return FailedJob(
        id=job.id,
        code=told.code,
        number=told.number,
        message=told.message,
        recommendations=told.recommendations,
        status=job.status,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


def _stopped(reason: str, text: str, outcome: Outcome = Outcome.SKIPPED) -> Diagnosis:
    return Diagnosis(stop=Stop(outcome=outcome, reason=reason, text=text))
