"""An incident with something of everything, for the pages that show it; and what a page consists of."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from msgspec.structs import replace

from responder.incident import (
    Action,
    ActionState,
    Advice,
    Approval,
    Command,
    Evidence,
    FailedBackup,
    FailedJob,
    Finding,
    Incident,
    Mode,
    Outcome,
    PlaybookRef,
    Reported,
    Retry,
    Risk,
    Verdict,
    Wait,
)
from responder.wire import typed

NAME = "inc-" + "0a" * 16
OPENED = datetime(2026, 11, 2, 1, 14, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VAULT = f"{SUBSCRIPTION}/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/rsv-1"
VM = f"{SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/vm-app-01"


def after(**span: float) -> datetime:
    """A moment after the incident was opened."""
    return OPENED + timedelta(**span)


def incident(said: str = "said") -> Incident:
    """An ended incident, each free text of which holds what strangers said."""
    run = {"shell": "bash", "at": "vm", "line": said}
    advice = Advice(text=f"step {said}", portal=said, commands=[typed(run, Command)])
    evidence = [Evidence(what=said, value=said, source=said), Evidence(what="w", value={said: [said]}, source=VM)]
    findings = [
        Finding(cause="c", check="k", verdict=verdict, summary=said, evidence=evidence, guidance=[advice], at=OPENED)
        for verdict in Verdict
    ]
    return Incident(
        id=NAME,
        state="ended",
        outcome=Outcome.NEEDS_HUMAN,
        reason="InheritedLock",
        summary=f"why {said}",
        mode=Mode.AUTONOMOUS,
        failure=FailedBackup(source="builtin-alert", vault_id=VAULT, job_id="j", message=said, payload={"x": said}),
        job=FailedJob(
            id="j", code="SomeCode", message=said, phases={said: said}, recommendations=[said], ended_at=OPENED
        ),
        vault=VAULT,
        vm=VM,
        tags={said: said},
        playbooks=[PlaybookRef(code="SomeCode", title=said, url="https://learn.microsoft.com/x", section=said)],
        findings=findings,
        actions=[_action(said, state) for state in ActionState],
        retries=[Retry(purpose=said, state="Failed", expected_failure=True, message=said, started_at=after(minutes=2))],
        waits=[Wait(name="waiting-for-service-clean-up", why=said, since=after(minutes=20), until=after(hours=24))],
        approvals=[_approval(said)],
        guidance=[advice],
        opened_at=OPENED,
        ended_at=after(hours=30),
        duration_seconds=108_000,
        reported=Reported(state="delivered", attempts=1, detail=said, at=after(hours=30), target=said),
    )


def waiting(said: str = "said") -> Incident:
    """The same while a person is asked."""
    whole = incident(said)
    asked = replace(whole.approvals[-1], state="waiting", decided_by=None, decided_at=None)
    changes: dict[str, Any] = {"state": "waiting-for-approval", "outcome": None, "ended_at": None, "approvals": [asked]}
    return replace(whole, reason=None, summary=None, duration_seconds=None, guidance=[], reported=None, **changes)


def _action(said: str, state: ActionState) -> Action:
    return Action(
        fix="remove-restore-point-locks",
        target=f"{SUBSCRIPTION}/locks/{said}",
        risk=Risk.SAFE,
        state=state,
        summary=said,
        reason=said,
        before={"id": said},
        after=said,
        undo=said,
        started_at=after(minutes=1),
        ended_at=after(minutes=1, seconds=5),
        approved_by=said,
    )


def _approval(said: str) -> Approval:
    return Approval(
        event="decision-1",
        fingerprint="f" * 32,
        asked_at=after(hours=25),
        expires_at=after(hours=49),
        changes=[said],
        state="approved",
        decided_by=said,
        decided_at=after(hours=26),
        fix="restart-vm",
        risk=Risk.DISRUPTIVE,
        impact=said,
        undo=[said],
    )


class Parts(HTMLParser):
    """What a page consists of: elements with the names of their attributes, addresses, words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[tuple[str, frozenset[str]]] = set()
        self.addresses: set[str] = set()
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, frozenset(name for name, _ in attrs)))
        for name, value in attrs:
            if name in {"href", "src", "action", "formaction"}:
                self.addresses.add(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, with single blanks."""
        return " ".join(" ".join(self.words).split())


EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></svg></pre></style><a href=javascript:alert(1)>x</a>",
    "[x](https://evil.example) **b** `c` <at>all</at>",
    "{{ 7 * 7 }} {% raw %} {vm}",
    "]]><!--",
    "\u202eexe.gnp\u200b\u0000\ufffe\ud800",
    "x" * 10_000,
    "가" * 300,
)
"""Texts that somebody may give to a VM, a tag, a lock or an error."""
