"""Incidents to draw: one for each outcome, as the app writes them, and one that is far too large."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from responder.incident import (
    Action,
    ActionState,
    Advice,
    Approval,
    CodeOrigin,
    Command,
    Evidence,
    FailedBackup,
    FailedJob,
    Finding,
    Incident,
    Outcome,
    PlaybookRef,
    Retry,
    Risk,
    Verdict,
    Wait,
)
from responder.language import say, translated
from responder.notify.digest import Digest, fold, row

START = datetime(2026, 11, 2, 1, 14, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VM = f"{SUBSCRIPTION}/resourceGroups/rg-app-prod-weu/providers/Microsoft.Compute/virtualMachines/vm-app-01"
VAULT = f"{SUBSCRIPTION}/resourceGroups/rg-backup-prod-weu/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
GROUP = f"{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope_1"
LOCK = f"{GROUP}/providers/Microsoft.Authorization/locks/do-not-delete"
FULL = "UserErrorRpCollectionLimitReached"
AGENT = "UserErrorGuestAgentStatusUnavailable"
_MESSAGES = {
    FULL: "The Restore Point collection max limit has reached.",
    AGENT: "VM Agent is unable to communicate with the Azure Backup Service.",
}
_TITLES = {FULL: "The VM's restore point collection is full", AGENT: "The VM agent does not answer"}


def later(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def incident(*, code: str = FULL, **facts: Any) -> Incident:
    """An incident of one failed job, as far as it is known at its beginning."""
    job = FailedJob(
        id="81df3b1d-2e11-4280-a747-ae9cc3589c94",
        code=code,
        origin=CodeOrigin.ERROR_TITLE,
        message=_MESSAGES[code],
        status="Failed",
        started_at=later(-0.5),
        ended_at=START,
    )
    failure = FailedBackup(source="builtin-alert", vault_id=VAULT, job_id=job.id, vm_id=VM, severity="Sev1")
    known: dict[str, Any] = {"failure": failure, "job": job, "vault": VAULT, "vm": VM, "opened_at": later(0.2)}
    known["playbooks"] = [PlaybookRef(code=code, title=_TITLES[code], url="https://learn.microsoft.com/", section=code)]
    return Incident(id="inc-7332e897c3678d46", state="ended", **(known | facts))


def finding(cause: str, verdict: Verdict, summary: str, **facts: Any) -> Finding:
    observed = [Evidence(what=what.replace("_", " "), value=value, source=LOCK) for what, value in facts.items()]
    return Finding(cause=cause, check=cause, verdict=verdict, summary=summary, evidence=observed, at=later(0.3))


def command(text: str, at: str = "cloud") -> Command:
    return Command(shell="bash", at=at, line=text)  # noqa: S604  a field, no call of a shell


LOCKED = [
    finding(
        "locked-restore-point-group",
        Verdict.CONFIRMED,
        "Locked: do-not-delete keeps the Backup service from deleting old restore points.",
        lock_do_not_delete={"level": "CanNotDelete", "scope": GROUP, "notes": "Set by the platform team"},
    ),
    finding(
        "restore-points-full",
        Verdict.CONFIRMED,
        "18 of 18 instant restore points are in use.",
        restore_point_collection={"points": 18, "state": "Succeeded"},
    ),
    finding(
        "restore-point-in-use",
        Verdict.CANNOT_TELL,
        "The activity log tells of no such failure; calls that Azure Backup makes itself need not be in it.",
    ),
    finding("several-backups-a-day", Verdict.RULED_OUT, "Backup jobs of this VM within 24 hours: 1."),
    finding("other-collections", Verdict.RULED_OUT, "Restore point collections of this VM: 1."),
]
OUTDATED = [
    finding(
        "linux-agent-outdated",
        Verdict.CONFIRMED,
        "The VM agent is version 2.2.20; 2.2.53.1 or newer is needed.",
        agent_version="2.2.20",
    ),
    finding("power-state", Verdict.RULED_OUT, "The VM is running."),
    finding("backup-extension", Verdict.RULED_OUT, "The backup extension VMSnapshotLinux is Succeeded."),
]
UPDATE = [
    Advice(
        text="See what the platform hears from the agent. Status must be Running and Agent status Ready.",
        portal="Virtual machines > vm-app-01 > Settings > Properties",
        commands=[command(f"az vm get-instance-view --ids '{VM}' --query instanceView.vmAgent --output json")],
    ),
    Advice(
        text="If it is out of date, update it, only from the repository of the distribution. On Ubuntu and Debian:",
        commands=[command("sudo apt-get update && sudo apt-get install --only-upgrade walinuxagent", "vm")],
    ),
]
REMOVED = Action(
    fix="remove-restore-point-locks",
    target=LOCK,
    risk=Risk.SAFE,
    state=ActionState.DONE,
    summary=f"Remove the CanNotDelete lock do-not-delete from {GROUP}",  # noqa: S608  a sentence
    undo=f"az rest --method put --url '{LOCK}?api-version=2020-05-01' "
    """--body '{"properties":{"level":"CanNotDelete","notes":"Set by the platform team"}}'""",
    started_at=later(0.4),
    ended_at=later(0.4),
)
REAPPLY = Approval(
    event="decision-1",
    fingerprint="01f8cb8845616d95",
    asked_at=later(1),
    expires_at=later(25),
    changes=[f"Reapply {VM}: its model is pushed again, extensions run again"],
    fix="reapply-vm",
    risk=Risk.DISRUPTIVE,
    impact="Compute applies the VM's own configuration again. The VM keeps running as a rule; where its state is bad, "
    "Compute may restart it.",
    undo=["There is nothing to undo: the VM keeps its model."],
)
_FORBIDDEN = replace(
    REMOVED,
    state=ActionState.FORBIDDEN,
    reason="403 AuthorizationFailed: the app's identity may not do Microsoft.Authorization/locks/delete here.",
)
_CLEAN_UP = Retry(
    purpose="Start the service's own clean-up of old restore points",
    state="Failed",
    expected_failure=True,
    code=FULL,
    message=_MESSAGES[FULL],
    started_at=later(0.5),
    ended_at=later(0.7),
)
_GOOD = Retry(
    purpose="Back the VM up now that its collection has room",
    job_id="f7a26098-62d8-45b7-afa7-ffc0d1b8012a",
    state="Completed",
    started_at=later(9),
    ended_at=later(10.4),
)
_WAITED = Wait(
    name="waiting-for-service-clean-up",
    why="The service deletes old restore points some hours after an ad hoc backup that failed as expected.",
    since=later(0.7),
    until=later(8.7),
)
_NO_LOCK_AGAIN = Advice(
    text="Do not lock that group again: the Backup service keeps it for restore points and must be able to delete in "
    "it. If a policy or a script sets the lock, exempt the group from it. The group's name has the form "
    "AzureBackupRG_<Geo>_<number>, or the prefix and suffix that the backup policy names.",
    lasting=True,
)
_CURED: dict[str, Any] = {
    "findings": LOCKED,
    "actions": [REMOVED],
    "retries": [_CLEAN_UP, _GOOD],
    "waits": [_WAITED],
    "guidance": [_NO_LOCK_AGAIN],
}
_ENDS: dict[Outcome, tuple[str, dict[str, Any]]] = {
    Outcome.RESOLVED: ("Backup job f7a26098, started after the failure, is Completed.", _CURED),
    Outcome.RESOLVED_WITH_WARNINGS: (
        "Backup job f7a26098, started after the failure, is CompletedWithWarnings.",
        _CURED | {"retries": [_CLEAN_UP, replace(_GOOD, state="CompletedWithWarnings")]},
    ),
    Outcome.NEEDS_HUMAN: (
        "The VM agent is version 2.2.20; 2.2.53.1 or newer is needed.",
        {"code": AGENT, "reason": "CauseRemains", "findings": OUTDATED, "guidance": UPDATE},
    ),
    Outcome.OBSERVED: (
        "Diagnosed only: the app may read, not change.",
        {"reason": "ReadOnly", "findings": LOCKED, "guidance": [_NO_LOCK_AGAIN]},
    ),
    Outcome.DECLINED: (
        "The bearer of the link declined reapply-vm.",
        {"code": AGENT, "reason": "Declined", "findings": OUTDATED, "guidance": UPDATE},
    ),
    Outcome.EXPIRED: (
        "Nobody decided about reapply-vm within 24 hours.",
        {"code": AGENT, "reason": "NotDecided", "findings": OUTDATED, "guidance": UPDATE},
    ),
    Outcome.SKIPPED: ("Another incident works on this VM.", {"reason": "DuplicateInProgress"}),
    Outcome.FAILED: (
        "A lock could not be removed: the app's identity lacks a right.",
        {"reason": "Forbidden", "findings": LOCKED, "actions": [_FORBIDDEN], "guidance": [_NO_LOCK_AGAIN]},
    ),
    Outcome.UNRECOGNISED: ("The payload is of no shape that the app knows. It is kept in the incident.", {}),
}


def ended(outcome: Outcome) -> Incident:
    """An incident that ended so."""
    summary, facts = _ENDS[outcome]
    if outcome is Outcome.UNRECOGNISED:
        facts = {"job": None, "vault": None, "vm": None, "playbooks": [], "failure": FailedBackup(source="unknown")}
    close: dict[str, Any] = {"outcome": outcome, "ended_at": later(10.5), "duration_seconds": 10.3 * 3600}
    return incident(summary=summary, **(facts | close))


def cured_elsewhere() -> Incident:
    """The cured incident, told in the language that is spoken, as the app tells it."""
    lock, group = "do-not-delete", GROUP.rpartition("/")[2]
    told = [
        say("Locked: {locks} keeps the Backup service from deleting old restore points.", locks=lock),
        say("{count} of {limit} instant restore points are in use.", count=18, limit=18),
        *(translated(finding.summary) for finding in LOCKED[2:]),
    ]
    removed = say("Remove the {level} lock {lock} from {scope}", level="CanNotDelete", lock=lock, scope=group)
    done = say("Backup job {job}, started after the failure, is {status}.", job="f7a26098", status="Completed")
    known = ended(Outcome.RESOLVED)
    return replace(
        known,
        summary=done,
        playbooks=[replace(entry, title=translated(entry.title)) for entry in known.playbooks],
        findings=[replace(entry, summary=text) for entry, text in zip(LOCKED, told, strict=True)],
        actions=[replace(REMOVED, summary=removed)],
        retries=[replace(entry, purpose=translated(entry.purpose)) for entry in known.retries],
        waits=[replace(entry, why=translated(entry.why)) for entry in known.waits],
        guidance=[replace(entry, text=translated(entry.text)) for entry in known.guidance],
    )


def asking() -> Incident:
    """An incident that waits for a decision."""
    return incident(code=AGENT, findings=OUTDATED[:1], approvals=[REAPPLY])


def huge(text: str = "x" * 10_000) -> Incident:
    """500 findings, 200 actions, 50 backups, 100 steps of guidance; every text has 10,000 characters."""
    facts: dict[str, Any] = {f"fact_{number}": {"text": text, "more": [text] * 5} for number in range(5)}
    verdicts = (Verdict.CONFIRMED, Verdict.CANNOT_TELL, Verdict.RULED_OUT)
    retry = replace(_CLEAN_UP, purpose=text, message=text, code=text, expected_failure=False)
    return replace(
        ended(Outcome.FAILED),
        summary=text,
        reason=text,
        findings=[finding(f"cause-{place}", verdicts[place % 3], text, **facts) for place in range(500)],
        actions=[replace(_FORBIDDEN, summary=text, reason=text, undo=text) for _ in range(200)],
        retries=[retry] * 50,
        waits=[replace(_WAITED, name=text, why=text)] * 50,
        guidance=[Advice(text=text, portal=text, commands=[command(text)] * 5)] * 100,
        approvals=[replace(REAPPLY, changes=[text] * 200, undo=[text] * 200, impact=text)],
    )


def night() -> Digest:
    """A bad night: most cured, some for a person."""
    mix = [Outcome.FAILED] * 2 + [Outcome.NEEDS_HUMAN] * 5 + [Outcome.EXPIRED] + [Outcome.RESOLVED] * 480
    rows = [
        replace(
            row(ended(outcome)),
            id=f"inc-{place:04}",
            vm=f"{VM[:-2]}{place:03}",
            ended_at=later(10 + place / 60),
            status_url=f"https://responder.example.net/api/incidents/inc-{place:04}",
        )
        for place, outcome in enumerate(mix)
    ]
    return fold("digest-1", rows)
