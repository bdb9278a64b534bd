"""What the reports show, over lines of the app's own logbook; one that a dying host wrote twice changes nothing."""

from datetime import datetime, timedelta

import pytest

from handlers.boundary import answer
from handlers.logbook import Line, write
from handlers.messages import Examine
from playbooks.fixes import Change
from responder.errors import Throttled, Unavailable
from responder.incident import ActionState, Outcome, Risk
from tests.handlers.test_boundary import ASK
from tests.infra.kusto.engine import Engine, Row
from tests.infra.kusto.life import START, Life, after
from tests.infra.kusto.queries import reported, text_of
from tests.infra.kusto.rows import Journal, Rows, request

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v"

ENDS = [  # incident, code, hours, outcome
    ("inc-1", "A", 1.0, Outcome.RESOLVED),
    ("inc-2", "A", 2.0, Outcome.RESOLVED_WITH_WARNINGS),
    ("inc-3", "B", 6.0, Outcome.NEEDS_HUMAN),
    ("inc-4", "A", 9.0, Outcome.RESOLVED),
    ("inc-5", "A", 24.0, Outcome.FAILED),
    ("inc-6", "B", 200.0, Outcome.RESOLVED),
]


@pytest.fixture
def ended(journal: Journal) -> Rows:
    """Six incidents; the ends of two were written twice, one of them a minute later."""
    for name, code, hours, outcome in ENDS:
        Life(journal, name, code).end(hours, outcome)
    lines = {row["Message"].split()[0]: row for row in journal.rows["AppTraces"]}
    late = datetime.fromisoformat(lines["inc-4"]["TimeGenerated"]) + timedelta(minutes=1)
    journal.rows["AppTraces"] += [lines["inc-1"], lines["inc-4"] | {"TimeGenerated": late.isoformat()}]
    return journal.rows


def table(engine: Engine, report: str, rows: Rows) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in reported(engine, report, rows, after(days=30))]


def test_outcomes_per_day(ended: Rows, engine: Engine) -> None:
    assert table(engine, "outcomes-per-day", ended) == [
        ("2026-10-06T00:00:00Z", "needs-human", 1),
        ("2026-10-06T00:00:00Z", "resolved", 2),
        ("2026-10-06T00:00:00Z", "resolved-with-warnings", 1),
        ("2026-10-07T00:00:00Z", "failed", 1),
        ("2026-10-14T00:00:00Z", "resolved", 1),
    ]


def test_time_to_repair(ended: Rows, engine: Engine) -> None:
    assert table(engine, "time-to-repair", ended) == [
        ("2026-10-04T00:00:00Z", 3, 2, 9, 9),
        ("2026-10-11T00:00:00Z", 1, 200, 200, 200),
    ]


def test_top_codes(ended: Rows, engine: Engine) -> None:
    assert table(engine, "top-codes", ended) == [("A", 4, 3), ("B", 2, 1)]


def test_of_many_codes_the_top_twenty_are_shown(journal: Journal, engine: Engine) -> None:
    for number in range(25):
        for copy in range(2 if number < 15 else 1):
            Life(journal, f"inc-{number}-{copy}", f"Code{number}").end(1)
    found = table(engine, "top-codes", journal.rows)
    assert [count for _, count, _ in found] == [2] * 15 + [1] * 5


def test_refusals(journal: Journal, engine: Engine) -> None:
    """Each reason once for an incident, whether an entity or a law refuses; what is done counts not."""
    for name in ("inc-1", "inc-2"):
        life = Life(journal, name)
        for state, reason in [(ActionState.REFUSED, "ForeignLock: not ours"), (ActionState.DONE, "Removed: all")]:
            index = life.story.act("fix", Change(target="/t", risk=Risk.SAFE, summary="s"), START)
            life.story.acted(index, state=state, reason=reason)
        write(life.story.incident, [Line("refused", {"by": "governor", "reason": "Paused"})] * 2)
        life.follow(1)
    write(Life(journal, "inc-3").story.incident, [Line("refused", {"by": "item", "reason": "BackingOff"})])
    journal.at(after(hours=2))
    journal.rows["AppTraces"] += journal.rows["AppTraces"]
    found = table(engine, "refusals", journal.rows)
    counts = {reason: incidents for reason, incidents, _ in found}
    assert counts == {"ForeignLock": 2, "Paused": 2, "BackingOff": 1}
    assert (found[-1][0], found[-1][2]) == ("BackingOff", "2026-10-06T03:00:00Z")


def throttle(journal: Journal, at: datetime, path: str, seconds: float, kind: type = Throttled) -> None:
    def work(_: Examine) -> object:
        raise kind("slow", status=429, path=path, retry_after_seconds=seconds)

    answer(ASK | {"incidentId": "inc-1"}, Examine, work)
    journal.at(at, "examine")


def test_throttling(journal: Journal, engine: Engine) -> None:
    jobs, job = f"GET {VAULT}/backupJobs", f"GET {VAULT}/backupJobs/j-1"
    for minutes, path, seconds in [(0, jobs, 30), (59, job, 324.5), (61, jobs, 60)]:
        throttle(journal, after(minutes=minutes), path, seconds)
    throttle(journal, after(minutes=5), f"GET {VM}/providers/Microsoft.Insights/metrics", 10)
    throttle(journal, after(minutes=5), "POST /providers/Microsoft.ResourceGraph/resources", 5)
    throttle(journal, after(minutes=62), "GET /subscriptions/s/resourceGroups/g", 7)
    throttle(journal, after(minutes=63), jobs, 99, Unavailable)
    found = table(engine, "throttling", journal.rows)
    assert found[0] == ("2026-10-06T01:00:00Z", "Microsoft.RecoveryServices/vaults", 2, 324.5)
    assert sorted(found[1:], key=str) == [
        ("2026-10-06T01:00:00Z", "Microsoft.Insights/metrics", 1, 10),
        ("2026-10-06T01:00:00Z", "Microsoft.ResourceGraph/resources", 1, 5),
        ("2026-10-06T02:00:00Z", "", 1, 7),
        ("2026-10-06T02:00:00Z", "Microsoft.RecoveryServices/vaults", 1, 60),
    ]


def test_intake_latency(engine: Engine) -> None:
    took = [("receive_alert", number, float(number)) for number in range(1, 41)]
    took += [("receive_events", 5, 7.0), ("backup_event", 70, 3.0), ("show_incident", 5, 9999.0), ("sweep", 5, 9999.0)]
    rows = [request(after(minutes=minute), name, milliseconds=spent) for name, minute, spent in took]
    rows[0]["ItemCount"] = 3
    assert table(engine, "intake-latency", {"AppRequests": rows}) == [
        ("2026-10-06T01:00:00Z", "receive_alert", 42, 20, 38, 40),
        ("2026-10-06T01:00:00Z", "receive_events", 1, 7, 7, 7),
        ("2026-10-06T02:00:00Z", "backup_event", 1, 3, 3, 3),
    ]


def test_one_incident(journal: Journal, engine: Engine) -> None:
    ids = ["inc-" + digit * 32 for digit in "ab"]
    for name in ids:
        life = Life(journal, name)
        life.wait(1, 2)
        life.end(3)
    journal.rows["AppTraces"].reverse()
    query = text_of("reports/one-incident")
    assert query.count("inc-" + "0" * 32) == 1
    found = engine.run(query.replace("inc-" + "0" * 32, ids[1]), journal.rows, START)
    assert [(row["Event"], row["State"], row["SeverityLevel"]) for row in found] == [
        ("accepted", "", 1),
        ("waiting", "backing-off", 1),
        ("ended", "", 1),
    ]
    assert {row["Told"]["incident"] for row in found} == {ids[1]}
    assert reported(engine, "one-incident", journal.rows, START) == []


def job(at: int, status: str, **other: str) -> Row:
    failed = {"JobFailureCode": "UserErrorGuestAgentStatusUnavailable"} if status == "Failed" else {}
    named = {
        "ResourceId": VAULT,
        "JobUniqueId": "job-1",
        "BackupItemUniqueId": "item-1",
        "AdHocOrScheduledJob": "Scheduled",
    }
    kind = {"JobOperation": "Backup", "BackupManagementType": "IaaSVM"}
    return {"TimeGenerated": after(hours=at).isoformat(), "JobStatus": status, **kind, **named, **failed, **other}


@pytest.mark.parametrize(
    "jobs, told",
    [
        ([job(0, "InProgress"), job(2, "Failed"), job(2, "Failed")], ["job-1"]),
        ([job(0, "InProgress"), job(2, "Completed")], []),
        ([job(0, "InProgress")], []),
        ([job(2, "Failed"), job(3, "Completed")], []),
        ([job(2, "Failed", JobOperation="Restore")], []),
        ([job(2, "Failed", BackupManagementType="AzureStorage")], []),
        (
            [job(2, "Failed"), job(3, "Completed", JobUniqueId="job-2"), job(1, "Failed", JobUniqueId="job-3")],
            ["job-1", "job-3"],
        ),
        ([job(2, "Failed"), job(3, "Completed", ResourceId=f"{VAULT}-2")], ["job-1"]),
        ([], []),
    ],
)
def test_failed_backup_jobs(jobs: list[Row], told: list[str], engine: Engine) -> None:
    found = engine.run(text_of("failed-backup-jobs"), {"AddonAzureBackupJobs": jobs}, after(days=1))
    assert [row["JobUniqueId"] for row in found] == told
    assert {row["JobFailureCode"] for row in found} <= {"UserErrorGuestAgentStatusUnavailable"}
