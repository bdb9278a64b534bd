"""Putting locks back by the API: who may, when, and every reason why not."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import azure.functions as func
import pytest
from msgspec.structs import replace

from handlers import put_back as door
from handlers import putting_back as handler
from handlers.durable import DurableOrchestrationClient
from handlers.keys import item_key
from handlers.refused import Refused
from responder.ids import ItemId
from responder.incident import Action, ActionState, FailedBackup, Incident, Mode, Outcome, PlaybookRef, Risk
from responder.settings import Settings
from responder.wire import record

NAME = "inc-" + "0a" * 16
NOW = datetime(2026, 10, 6, 3, 0, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VAULT = f"{SUBSCRIPTION}/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/rsv-1"
CONTAINER = "iaasvmcontainerv2;rg-app;vm-app-01"
ITEM = f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{CONTAINER}/protectedItems/VM;{CONTAINER}"
REMOVED = Action(
    fix="remove-restore-point-locks",
    target=f"{SUBSCRIPTION}/lock",
    risk=Risk.SAFE,
    state=ActionState.DONE,
    summary="s",
    before={"id": "x"},
    started_at=NOW,
)
ENDED = Incident(
    id=NAME,
    state="ended",
    outcome=Outcome.RESOLVED,
    mode=Mode.AUTONOMOUS,
    failure=FailedBackup(source="builtin-alert", vault_id=VAULT, item_id=ITEM),
    vault=VAULT,
    playbooks=[PlaybookRef(code="SomeCode", title="t", url="u", section="s")],
    actions=[REMOVED],
    opened_at=NOW,
)
APP = cast(
    "Settings",
    SimpleNamespace(public_url="https://func.example", scope=(SUBSCRIPTION,), mode=Mode.AUTONOMOUS, playbook_modes={}),
)
KEY = item_key(str(ItemId.parse(ITEM)))


class FakeClient:
    """A durable client with entities and one live orchestration."""

    def __init__(self, entities: dict[tuple[str, str], dict[str, Any]], status: object = None) -> None:
        self._entities, self._status = entities, status

    async def get_status(self, _: str, **__: object) -> Any:
        return self._status

    async def read_entity_state(self, entity: Any) -> Any:
        found = self._entities.get((entity.name, entity.key))
        return SimpleNamespace(entity_exists=found is not None, entity_state=found)


def client(incident: Incident | None = ENDED, *, status: object = None, **entities: Any) -> FakeClient:
    known: dict[tuple[str, str], Any] = {("governor", "app"): {"pausedAt": None}} | {
        (kind, {"governor": "app", "item": KEY}[kind]): state for kind, state in entities.items()
    }
    return FakeClient(known | ({("receipt", NAME): {"ended": record(incident)}} if incident else {}), status)


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch) -> list[Incident]:
    """The incidents whose locks were put back."""
    seen: list[Incident] = []

    def work(_: Settings, incident: Incident) -> list[dict[str, Any]]:
        seen.append(incident)
        return [{"id": "x", "state": "put-back", "reason": None}]

    monkeypatch.setattr(handler, "_work", work)
    monkeypatch.setattr(handler, "configured", lambda: APP)
    return seen


async def ask(fake: FakeClient, name: str = NAME) -> tuple[int, Any]:
    """Status and body of the answer."""
    request = func.HttpRequest("POST", f"/api/incidents/{name}/restore-locks", route_params={"id": name}, body=b"")
    restore: Any = door.restore_locks
    trigger = restore._function.get_user_function().__wrapped__  # without the binding of the durable client
    answer = await trigger(request, cast("DurableOrchestrationClient", fake))
    return answer.status_code, json.loads(answer.get_body())


async def refused(fake: FakeClient, app: Settings = APP, name: str = NAME) -> tuple[int, str]:
    """Status and name of the refusal."""
    with pytest.raises(Refused) as found:
        await handler.put_back(cast("DurableOrchestrationClient", fake), name, app)
    return found.value.status, found.value.reason


def setting(**changes: Any) -> Settings:
    return cast("Settings", SimpleNamespace(**(vars(APP) | changes)))


async def test_the_whole_incident_of_the_receipt_is_worked_on(done: list[Incident]) -> None:
    locks = await handler.put_back(cast("DurableOrchestrationClient", client()), NAME, APP)
    assert locks == [{"id": "x", "state": "put-back", "reason": None}]
    assert done == [ENDED]


@pytest.mark.parametrize("name", ["", "inc-", "inc-none", "item@x", NAME.upper(), NAME + "0", "../" + NAME])
async def test_an_id_that_is_none_is_not_found(name: str, done: list[Incident]) -> None:
    assert await refused(client(), name=name) == (404, "IncidentNotFound")
    assert done == []


async def test_an_unknown_incident_is_not_found() -> None:
    assert await refused(client(None)) == (404, "IncidentNotFound")


async def test_a_running_incident_keeps_its_locks_away(done: list[Incident]) -> None:
    running = SimpleNamespace(output=None, custom_status={"id": NAME, "state": "waiting"})
    assert await refused(client(None, status=running)) == (409, "IncidentRunning")
    assert done == []


@pytest.mark.parametrize(
    "actions",
    [[], [replace(REMOVED, state=ActionState.REFUSED)], [replace(REMOVED, fix="delete-restore-point-collection")]],
)
async def test_an_incident_that_removed_nothing_has_nothing_to_put_back(actions: list[Action]) -> None:
    assert await refused(client(replace(ENDED, actions=actions))) == (409, "NothingRemoved")


@pytest.mark.parametrize("scope", [(), (f"{SUBSCRIPTION}/resourceGroups/rg-other",)])
async def test_a_vault_that_is_not_in_scope_any_more_is_left_alone(scope: tuple[str, ...]) -> None:
    assert await refused(client(), setting(scope=scope)) == (409, "OutOfScope")


@pytest.mark.parametrize(
    "changes",
    [{"mode": Mode.READ_ONLY}, {"playbook_modes": {"SomeCode": Mode.READ_ONLY}}],
)
async def test_read_only_changes_nothing(changes: dict[str, Any]) -> None:
    assert await refused(client(), setting(**changes)) == (409, "ReadOnly")


async def test_in_review_mode_the_person_who_asks_is_the_approval(done: list[Incident]) -> None:
    await handler.put_back(cast("DurableOrchestrationClient", client()), NAME, setting(mode=Mode.REVIEW))
    assert done == [ENDED]


async def test_the_switch_stops_this_change_too(done: list[Incident]) -> None:
    paused = {"pausedAt": "2026-10-06T03:00:00Z", "pausedBy": "somebody"}
    assert await refused(client(governor=paused)) == (409, "Paused")
    assert done == []


async def test_another_incident_that_works_on_the_item_is_not_disturbed() -> None:
    assert await refused(client(item={"holder": "inc-other"})) == (409, "ItemBusy")


async def test_a_free_item_is_no_obstacle(done: list[Incident]) -> None:
    await handler.put_back(cast("DurableOrchestrationClient", client(item={"holder": None})), NAME, APP)
    assert done == [ENDED]


async def test_the_trigger_answers_with_the_locks_or_the_reason() -> None:
    assert await ask(client()) == (200, {"locks": [{"id": "x", "state": "put-back", "reason": None}]})
    status, body = await ask(client(), "inc-none")
    assert (status, body["error"]["code"]) == (404, "IncidentNotFound")
