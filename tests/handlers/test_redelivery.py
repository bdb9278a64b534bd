"""Posting again: what a person may ask for, that one redelivery runs at a time, and where it stops."""

from collections.abc import Callable, Generator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers import entities
from handlers.durable import DurableOrchestrationClient, DurableOrchestrationContext
from handlers.entities import RECEIPT, Receipt, Request
from handlers.messages import Answer
from handlers.redelivery import Redelivery, redeliver
from handlers.refused import Refused
from handlers.targets import TARGET, Disabled, Target, TargetRequest, Undelivered
from handlers.undelivered import Wish, act, listed, shown, wish
from responder.incident import Incident, Outcome, Reported
from responder.notify.targets import targets
from responder.notify.webhook import Delivery, DeliveryState
from responder.settings import Settings, load
from responder.wire import record, typed
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive
from tests.test_function_app import GOOD

APP: Settings = load(GOOD | {"RESPONDER_WEBHOOK_URL": "https://hooks.example/in?sig=very-secret-signature"})
ADDRESS = targets(APP)["webhook"].address
KEPT = [
    Undelivered(
        incident=f"inc-{number}",
        outcome=Outcome.RESOLVED,
        reported=Reported(state="given-up", attempts=30, status=503, detail="HTTP 503", at=START),
    )
    for number in range(3)
]
GONE = Disabled(address=ADDRESS, since=START, incident="inc-0")
STATE = Target(kept=KEPT, older=["inc-old"], forgotten=2, disabled=GONE)


def incident(name: str) -> Incident:
    ended: dict[str, Any] = {"state": "ended", "outcome": Outcome.RESOLVED, "ended_at": START}
    return Incident(id=name, failure=FAILURE, opened_at=START, **ended)


class Context(FakeContext):
    """The redelivery's context, with the entities and a receiver that answers as a test says."""

    def __init__(self, work: Redelivery, state: Target, answer: Callable[[str], str]) -> None:
        super().__init__()
        self.input = record(work)
        self.target = state
        self.receipts = {name: Receipt(ended=incident(name)) for name in work.left if name != "inc-lost"}
        self.posted: list[dict[str, Any]] = []
        self.begun_anew: list[Redelivery] = []
        self._answer = answer

    def continue_as_new(self, value: object) -> None:
        self.begun_anew.append(typed(value, Redelivery))

    def reply(self, task: Task) -> Any:
        if task.kind == "activity":
            self.posted.append(task.payload["incident"])
            state = self._answer(task.payload["incident"]["id"])
            return record(Answer(value=record(Delivery(state=DeliveryState(state), detail="told", address=ADDRESS))))
        kind, operation = task.name.split(".")
        if kind == "target":
            self.target, standing = TARGET[operation](self.target, typed(task.payload, TargetRequest))
            return record(standing)
        before = self.receipts.get(task.key, Receipt())
        self.receipts[task.key], receipt = RECEIPT[operation](before, typed(task.payload, Request))
        return record(receipt)


def run(context: Context) -> dict[str, Any] | None:
    flow: Generator[Any, Any, dict[str, Any] | None] = redeliver(cast("DurableOrchestrationContext", context))
    return drive(context, flow, context.reply)


def work(*names: str, enable: bool = False) -> Redelivery:
    return Redelivery(target="webhook", left=list(names), enable=enable)


def test_what_is_listed_is_posted_exactly_as_it_was_and_leaves_the_list() -> None:
    context = Context(work("inc-old", "inc-0", "inc-1", "inc-2", enable=True), STATE, lambda _: "delivered")
    context.receipts["inc-0"] = Receipt(ended=replace(incident("inc-0"), reported=KEPT[0].reported))
    assert run(context) == record(Redelivery(target="webhook", left=[], delivered=4))
    assert context.posted == [record(incident(name)) for name in ("inc-old", "inc-0", "inc-1", "inc-2")]
    assert (context.target.undelivered, context.target.disabled) == ([], None)
    reported = [receipt.ended.reported for receipt in context.receipts.values() if receipt.ended]
    assert [entry.state for entry in reported if entry] == ["delivered"] * 4
    assert context.statuses[-1] == {"delivered": 3, "refused": 0, "left": 1}


@pytest.mark.parametrize("state", ["gone", "retry"])
def test_it_stops_where_the_receiver_is_not_well(state: str) -> None:
    answers = {"inc-0": "delivered", "inc-1": state}
    context = Context(work("inc-0", "inc-1", "inc-2"), replace(STATE, disabled=None), answers.__getitem__)
    ended = run(context)
    assert ended is not None
    assert (ended["stopped"], ended["left"]) == ("gone" if state == "gone" else "given-up", ["inc-1", "inc-2"])
    assert context.target.undelivered == ["inc-old", "inc-2", "inc-1"]


def test_a_refused_result_does_not_hold_up_the_others() -> None:
    answers = {"inc-0": "refused", "inc-2": "delivered"}
    context = Context(work("inc-0", "inc-lost", "inc-2"), replace(STATE, disabled=None), answers.__getitem__)
    assert run(context) == record(Redelivery(target="webhook", left=[], delivered=1, refused=2))
    assert context.target.undelivered == ["inc-old", "inc-1", "inc-0"]


def test_its_history_stays_short() -> None:
    names = [f"inc-{number}" for number in range(25)]
    context = Context(work(*names, enable=True), Target(), lambda _: "delivered")
    rounds = [run(context)]
    while context.begun_anew:
        context.input = record(context.begun_anew.pop())
        rounds.append(run(context))
    assert rounds == [None, None, record(Redelivery(target="webhook", left=[], delivered=25))]
    assert [posted["id"] for posted in context.posted] == names


def test_a_receipt_of_an_incident_that_has_not_ended_is_not_touched() -> None:
    note = Request(incident="inc-1", now=START, reported=KEPT[0].reported)
    assert entities.report_receipt(Receipt(), note) == (Receipt(), Receipt())


class TestWish:
    @pytest.mark.parametrize(
        "body, wanted",
        [
            ({"enable": True}, Wish(enable=True)),
            ({"redeliver": "all"}, Wish(redeliver=None)),
            ({"redeliver": ["b", "a", "b"], "enable": True}, Wish(enable=True, redeliver=["b", "a"])),
            ({"redeliver": [], "target": "other"}, Wish(target="other")),
        ],
    )
    def test_what_may_be_asked_for(self, body: object, wanted: Wish) -> None:
        assert wish(body) == wanted

    @pytest.mark.parametrize(
        "body, fields",
        [
            ({}, ["body"]),
            ([], ["body"]),
            (None, ["body"]),
            ({"target": "webhook"}, ["body"]),
            ({"enable": False}, ["enable"]),
            ({"enable": "true"}, ["enable"]),
            ({"redeliver": "some"}, ["redeliver"]),
            ({"redeliver": [1]}, ["redeliver"]),
            ({"redeliver": {}}, ["redeliver"]),
            ({"redeliver": None}, ["redeliver"]),
            ({"redeliver": "all", "target": 7, "x": 1}, ["target", "x"]),
        ],
    )
    def test_all_that_is_wrong_is_named(self, body: object, fields: list[str]) -> None:
        with pytest.raises(Refused) as refused:
            wish(body)
        assert refused.value.status == 400
        assert [reason.field for reason in refused.value.reasons] == fields

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from(["enable", "redeliver", "target", "x"]), inner)
            ),
        )
    )
    def test_any_json_is_a_wish_or_refused(self, body: object) -> None:
        try:
            wanted = wish(body)
        except Refused as refused:
            named = refused.reasons
            assert named
        else:
            assert isinstance(body, dict)
            assert wanted.enable is body.get("enable", False)


class Client:
    """The durable client: one target's state and one instance."""

    def __init__(self, state: Target, running: list[bool], *, refuses: bool = False) -> None:
        self._state, self._running, self._refuses = state, running, refuses
        self.started: list[tuple[str, str, Any]] = []

    async def read_entity_state(self, entity: Any) -> Any:
        assert (entity.name in {"target", "folder"}, entity.key) == (True, "webhook")
        if entity.name == "folder":
            return SimpleNamespace(entity_exists=False, entity_state=None)
        return SimpleNamespace(entity_exists=True, entity_state=record(self._state))

    async def get_status(self, name: str, *, show_input: bool) -> Any:
        assert (name, show_input) == ("redelivery-webhook", False)
        now = self._running.pop(0) if len(self._running) > 1 else self._running[0]
        status = SimpleNamespace(name="Running" if now else "Completed")
        told = {"delivered": 1, "refused": 0, "left": 2} if now else None
        output = None if now else record(Redelivery(target="webhook", left=["inc-2"], delivered=1, stopped="gone"))
        return SimpleNamespace(runtime_status=status, custom_status=told, output=output)

    async def start_new(self, orchestrator: str, name: str, body: object) -> None:
        if self._refuses:
            raise Exception("An Orchestration instance with the status Running already exists.")  # noqa: TRY002  as the SDK does
        self.started.append((orchestrator, name, body))


def client(state: Target = STATE, running: tuple[bool, ...] = (False,), *, refuses: bool = False) -> Any:
    return Client(state, list(running), refuses=refuses)


async def _act(fake: Any, wanted: Wish) -> dict[str, Any]:
    return await act(cast("DurableOrchestrationClient", fake), wanted, APP)


async def test_everything_that_is_listed_is_posted_again_the_oldest_first() -> None:
    fake = client()
    told = await _act(fake, Wish(redeliver=None, enable=True))
    names = ["inc-old", "inc-0", "inc-1", "inc-2"]
    assert told == {
        "target": "webhook",
        "enabled": True,
        "redelivering": names,
        "digest": False,
        "statusUrl": "https://func.example/api/deliveries",
    }
    assert fake.started == [("redelivery", "redelivery-webhook", record(work(*names, enable=True)))]


async def test_nothing_to_post_starts_nothing() -> None:
    fake = client(Target())
    assert (await _act(fake, Wish(redeliver=None)))["redelivering"] == []
    assert fake.started == []


@pytest.mark.parametrize(
    "wanted, status, reason",
    [
        (Wish(target="other", enable=True), 404, "TargetNotFound"),
        (Wish(redeliver=["inc-0", "inc-9"], enable=True), 404, "NotListed"),
        (Wish(redeliver=None), 409, "TargetDisabled"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(wanted: Wish, status: int, reason: str) -> None:
    fake = client()
    with pytest.raises(Refused) as refused:
        await _act(fake, wanted)
    assert (refused.value.status, refused.value.reason) == (status, reason)
    assert fake.started == []


@pytest.mark.parametrize("running, refuses", [((True,), False), ((False, True), True)])
async def test_a_second_redelivery_is_refused_also_where_two_start_at_once(
    running: tuple[bool, ...], refuses: bool
) -> None:
    fake = client(running=running, refuses=refuses)
    with pytest.raises(Refused, match="just now"):
        await _act(fake, Wish(redeliver=None, enable=True))
    assert fake.started == []


async def test_what_the_store_says_otherwise_is_no_refusal() -> None:
    with pytest.raises(Exception, match="already exists"):
        await _act(client(refuses=True), Wish(enable=True))


async def test_targets_are_shown_without_their_address() -> None:
    (target,) = await shown(cast("DurableOrchestrationClient", client(running=(True,))), APP)
    assert (target["name"], target["kind"], target["state"]) == ("webhook", "json", "disabled")
    assert target["disabled"] == {"since": "2026-10-06T01:00:00Z", "by": "inc-0", "why": "410 Gone"}
    assert target["redelivery"] == {"running": True, "delivered": 1, "refused": 0, "left": 2, "stopped": None}
    assert "very-secret" not in str(target)
    assert ADDRESS not in str(target)


async def test_an_ended_redelivery_tells_where_it_stopped() -> None:
    (target,) = await shown(cast("DurableOrchestrationClient", client()), APP)
    assert target["redelivery"] == {"running": False, "delivered": 1, "refused": 0, "left": 1, "stopped": "gone"}


async def test_a_new_address_is_not_the_one_that_was_gone() -> None:
    state = replace(STATE, disabled=replace(GONE, address="another"))
    (target,) = await shown(cast("DurableOrchestrationClient", client(state)), APP)
    assert (target["state"], target["disabled"]) == ("enabled", None)


def test_the_newest_are_listed_first_and_all_are_counted() -> None:
    told = listed(STATE)
    assert [entry["webhookId"] for entry in told["results"]] == ["msg_inc-2", "msg_inc-1", "msg_inc-0"]
    assert (told["count"], told["older"], told["forgotten"]) == (6, ["inc-old"], 2)
    assert {"state", "attempts", "status", "at", "outcome", "id"} <= told["results"][0].keys()
