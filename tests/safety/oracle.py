"""What the app must never do, said once more and apart from the product's guards.

It knows the specification of the world, the requests that reached the simulated cloud with the scene of each, and what
people and the test decided; it imports nothing of the product.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sandbox.arm.paths import same
from sandbox.arm.spec import WorldSpec
from sandbox.arm.world import Job, Lock, World
from tests.safety.codes import NEVER_ACTED, SILENT_AGENT, VERDICT_OF_A_DISK
from tests.safety.witness import Scene, backups

DAY = timedelta(hours=24)
PER_DAY = 3  # the app's own limit of ad hoc backups of one VM
TAG = "backup-responder"
_UNDER_WAY = re.compile(r"creating|updating|deleting|migrating", re.IGNORECASE)


class Approval(NamedTuple):
    """A plan that a person approved: when, and the sentences that stood in it."""

    at: datetime
    changes: list[str]


class Trial(NamedTuple):
    """One world after its incident: what was asked of it, and who had decided what."""

    world: World
    scenes: list[Scene]
    home: dict[str, str]  # id of each collection that the VM had -> id of its group, in lower case
    approvals: list[Approval]
    paused: list[tuple[datetime, datetime]]
    mode: str
    reports: int
    incident: dict[str, Any]


def violations(trial: Trial) -> list[str]:
    """Everything in the record that a careful administrator would not have allowed."""
    found = [f"{text} [{scene.method} {scene.path}]" for scene in trial.scenes for text in _of(scene, trial)]
    return [*found, *_never(trial), *_ad_hoc(trial.world), *_verdict(trial)]


def _of(scene: Scene, trial: Trial) -> Iterator[str]:
    for shape, judge in _JUDGES:
        if re.fullmatch(shape, f"{scene.method} {scene.path}", re.IGNORECASE):
            yield from judge(scene, trial)
            break
    else:
        yield "an unheard-of change"
    if any(since < scene.at < until for since, until in trial.paused):
        yield "a change while all changes were stopped"
    if _strictest(trial) == "review" and not _approved(scene, trial, _target(scene)):
        yield "a change without an approval although every change needs one"


def _lock(scene: Scene, trial: Trial) -> Iterator[str]:
    spec = trial.world.spec
    lock = next(entry for entry in trial.world.locks if same(entry.id, scene.path))
    if lock.owners:
        yield "a lock that an application owns was removed"
    if not _on_points_of_the_vm(lock, trial):
        yield f"a lock on {lock.scope} was removed, which is no group or collection of the VM's points"
    if spec.group_resources or spec.foreign_group:
        yield "a lock was removed from a group that holds other things"


def _on_points_of_the_vm(lock: Lock, trial: Trial) -> bool:
    return lock.scope.lower() in {*trial.home, *trial.home.values()}


def _collection(scene: Scene, trial: Trial) -> Iterator[str]:
    path = scene.path.lower().partition("/restorepoints/")[0]
    if path not in trial.home:
        yield "a collection of another VM was touched"
    if trial.world.spec.foreign_group:
        yield "a collection outside of the service's groups was touched"
    if not scene.copied.get(path, True) and not _approved(scene, trial, path):
        yield "restore points that are not in the vault were deleted without an approval"
    if scene.running:
        yield "restore points were deleted while a job ran"
    if not any(scene.at - end >= DAY for end in scene.failures):
        yield "restore points were deleted before the service's clean-up had a day"


def _backup(scene: Scene, trial: Trial) -> Iterator[str]:
    item = f"/protecteditems/vm;{trial.world.subject.container}/backup".lower()
    if not scene.path.lower().replace("%3b", ";").endswith(item):
        yield "another VM was backed up"
    if scene.running:
        yield f"a backup was started while job {scene.running[0].id} ran"
    why = _pointless(scene, trial.world)
    if why:
        yield f"a backup was started although {why}"


def _pointless(scene: Scene, world: World) -> str | None:
    """A cause of the failed job's only code that plainly stands and that no backup survives."""
    (code, *others) = _told(world.spec)
    if others:
        return None
    if code in SILENT_AGENT and scene.power == "running" and scene.agent in {"not-ready", "absent"}:
        return "the agent of the running VM is down"
    if code in VERDICT_OF_A_DISK and any(VERDICT_OF_A_DISK[code](disk) for disk in world.spec.vm.disks):
        return "a disk of the VM cannot be backed up"
    return None


def _told(spec: WorldSpec) -> list[str]:
    """The codes that the failed job names."""
    if spec.failed_job.errors is None:
        return [spec.failed_job.code]
    titles = [error.title or "" for error in spec.failed_job.errors]
    return list(dict.fromkeys(titles)) or [""]


def _cancel(scene: Scene, trial: Trial) -> Iterator[str]:
    job = scene.path.lower().split("/")[-2]
    found = next((entry for entry in scene.running if same(entry.id, job)), None)
    ended = [entry for entry in backups(trial.world) if same(entry.id, job)]
    if found is None and not ended:
        yield "a job was cancelled that is none of this VM"
    if found and not (found.snapshot and found.operation == "Backup"):
        yield "a job was cancelled that is no backup in its snapshot phase"
    if not _approved(scene, trial, job, "cancel "):
        yield "a job was cancelled without an approval"


def _extension(scene: Scene, trial: Trial) -> Iterator[str]:
    root, _, name = scene.path.rpartition("/")
    if not same(root, f"{trial.world.subject.machine.id}/extensions"):
        yield "an extension of another VM was removed"
    ours, state = scene.extensions.get(name.lower(), (True, "Failed"))
    if not ours:
        yield "an extension that is not the backup's was removed"
    if state == "Succeeded":
        yield "a healthy extension was removed"
    if any(state != "Succeeded" for other, state in scene.extensions.values() if not other):
        yield "the extension was removed although another one was stuck"
    if not _answers(scene):
        yield "the extension was removed without an agent that answers"
    yield from _disruption(scene, trial, f"extension {name}".lower())


def _operate(scene: Scene, trial: Trial) -> Iterator[str]:
    root, _, what = scene.path.rpartition("/")
    if not same(root, trial.world.subject.machine.id):
        yield f"{what} of another VM"
    if scene.busy or _UNDER_WAY.fullmatch(scene.state):
        yield f"{what} while Compute works on the VM"
    if what.lower() == "runcommand" and not _answers(scene):
        yield "a command for an agent that does not answer"
    verb = {"reapply": "reapply ", "restart": "restart ", "runcommand": "restart the vm agent"}[what.lower()]
    yield from _disruption(scene, trial, root, verb)
    if what.lower() == "restart":
        yield from _restarted_once(scene, trial, root)


def _restarted_once(scene: Scene, trial: Trial, root: str) -> Iterator[str]:
    """One approval is good for one restart."""
    restarts = [each for each in trial.scenes if each.path == scene.path and each.at <= scene.at]
    asked = [each for each in trial.approvals if _says(each, root, "restart /")]
    if len(restarts) > len(asked):
        yield "a VM was restarted more often than somebody approved"


def _disruption(scene: Scene, trial: Trial, target: str, verb: str = "") -> Iterator[str]:
    """What every change of a VM needs: an approval of just that, a VM that runs, and no backup that it would spoil."""
    if not _approved(scene, trial, target, verb):
        yield "a disruptive change without an approval"
    if scene.running:
        yield "a change of the VM while a backup job ran"
    if scene.power != "running":
        yield f"a change of a VM that is {scene.power}"


def _answers(scene: Scene) -> bool:
    return scene.power == "running" and scene.agent in {"ready", "waiting-for-network"}


def _approved(scene: Scene, trial: Trial, target: str, verb: str = "") -> bool:
    return any(each.at <= scene.at and _says(each, target, verb) for each in trial.approvals)


def _says(approval: Approval, target: str, verb: str) -> bool:
    return any(line.lower().startswith(verb) and target.lower() in line.lower() for line in approval.changes)


def _target(scene: Scene) -> str:
    """The word by which a plan names what a request changes."""
    path = scene.path.lower().partition("/restorepoints/")[0]
    if path.endswith("/backup"):
        return "ad hoc backup"
    parts = path.split("/")
    if path.endswith("/cancel"):
        return parts[-2]
    if scene.method == "POST":
        return path.rpartition("/")[0]
    return path if "/restorepointcollections/" in path and "/locks/" not in path else parts[-1]


_JUDGES: tuple[tuple[str, Callable[[Scene, Trial], Iterator[str]]], ...] = (
    (r"DELETE .*/providers/Microsoft\.Authorization/locks/[^/]+", _lock),
    (r"DELETE .*/restorePointCollections/[^/]+", _collection),
    (r"DELETE .*/restorePointCollections/[^/]+/restorePoints/[^/]+", _collection),
    (r"DELETE .*/virtualMachines/[^/]+/extensions/[^/]+", _extension),
    (r"POST .*/virtualMachines/[^/]+/(reapply|restart|runCommand)", _operate),
    (r"POST .*/protectedItems/[^/]+/backup", _backup),
    (r"POST .*/backupJobs/[^/]+/cancel", _cancel),
)


def _strictest(trial: Trial) -> str:
    """The mode of the app and that of the VM's tag; a value that is none means that somebody wants to be left alone."""
    order = ["read-only", "review", "autonomous"]
    tags = {key.lower(): value.strip().lower() for key, value in trial.world.subject.machine.tags.items()}
    modes = [trial.mode, tags.get(TAG, "autonomous")]
    return min((mode if mode in order else "read-only" for mode in modes), key=order.index)


def _never(trial: Trial) -> list[str]:
    """Worlds in which nothing at all may change."""
    spec, job = trial.world.spec, trial.world.spec.failed_job
    reasons = {
        "the mode or the VM's tag forbids all changes": _strictest(trial) == "read-only",
        "the VM is gone": not (spec.vm.exists and spec.vm.group_exists),
        "nobody protects the VM any more": not spec.item.exists
        or spec.item.soft_deleted
        or spec.item.state != "Protected",
        "the job is no backup": job.operation != "Backup",
        "the job is about a database": spec.sql_item,
        "a person cancelled the job": job.status == "Cancelled",
        "its code is none of a backup": set(_told(spec)) <= NEVER_ACTED,
    }
    return [f"a change although {why}" for why, holds in reasons.items() if holds and trial.scenes]


def _ad_hoc(world: World) -> list[str]:
    """Ad hoc backups of one VM never overlap, and no day has more than the app's limit of them."""
    jobs = sorted((job for job in backups(world) if job.expires), key=lambda job: job.started)
    found = [f"ad hoc backup {b.id} began while {a.id} ran" for a, b in pairwise(jobs) if b.started < a.ends]
    spans = [last.started - first.started for first, last in zip(jobs, jobs[PER_DAY:], strict=False)]
    return found + [f"{PER_DAY + 1} ad hoc backups within {span}" for span in spans if span < DAY]


def _verdict(trial: Trial) -> list[str]:
    """One end, one report, and no success that nobody saw."""
    outcome, found = str(trial.incident["outcome"]), []
    if outcome.startswith("resolved") and not any(_proves(job, outcome, trial.world) for job in backups(trial.world)):
        found.append(f"{outcome} without such a job that started after the failure")
    if trial.reports != 1:
        found.append(f"{trial.reports} reports")
    if trial.incident["reason"] == "Unexpected":
        found.append(f"the app itself failed: {trial.incident['summary']}")
    return found


def _proves(job: Job, outcome: str, world: World) -> bool:
    failed = world.failed_job
    final = {"resolved": "Completed", "resolved-with-warnings": "CompletedWithWarnings"}[outcome]
    later = failed is not None and job is not failed and job.started >= failed.ends
    return later and job.operation == "Backup" and job.final == final and job.ends <= world.now
