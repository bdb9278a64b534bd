"""Which of several failed jobs is meant, and that nothing out of scope is looked at."""

from datetime import timedelta
from typing import Any, cast

import pytest

from handlers.refused import Refused
from handlers.rerun_request import Wanted
from handlers.rerun_target import failure_of
from responder.azure.gateway import Gateway
from responder.azure.model import Job
from responder.ids import ItemId, ResourceId
from responder.settings import Settings
from tests.handlers.flows import START
from tests.responder.alerts import ITEM, NAMES, VAULT, VM

OTHER = VAULT.replace("rsv-prod-weu-01", "rsv-old-weu-01")


class TwoVaults:
    """A VM that two vaults protect, which the simulator does not have; ages of their failed jobs in hours."""

    def __init__(self, **ages: list[int]) -> None:
        self._ages, self.looked = ages, list[str]()

    def items_of(self, _: ResourceId) -> list[ItemId]:
        return [item for vault in (VAULT, OTHER) if (item := ItemId.parse(ITEM.replace(VAULT, vault)))]

    def failed_jobs_of(self, item: ItemId) -> list[Job]:
        self.looked.append(item.vault.name)
        ages = self._ages["old" if "old" in item.vault.name else "new"]
        return [
            Job(
                id=f"{item.vault.name}-{age}",
                vault_job_id="x",
                item_container=NAMES,
                operation="Backup",
                status="Failed",
                started_at=START - timedelta(hours=age),
            )
            for age in ages
        ]


def found(gateway: TwoVaults, *scope: str, own: tuple[str, ...] = ()) -> Any:
    app: Any = type("App", (), {"scope": scope})
    wanted = Wanted(vm=ResourceId.parse(VM))
    return failure_of(cast("Gateway", gateway), cast("Settings", app), wanted, lambda _: own)


def test_the_newest_failed_job_of_all_vaults_is_meant() -> None:
    failure = found(TwoVaults(new=[30, 60], old=[9]), VAULT, OTHER)
    assert (failure.job_id, failure.vault_id) == ("rsv-old-weu-01-9", OTHER.lower())
    assert (failure.item_id, failure.vm_id) == (ITEM.replace(VAULT, OTHER).lower(), VM)


def test_a_vault_out_of_scope_is_not_looked_at() -> None:
    gateway = TwoVaults(new=[30], old=[9])
    assert found(gateway, VAULT).job_id == "rsv-prod-weu-01-30"
    assert gateway.looked == ["rsv-prod-weu-01"]


def test_where_no_vault_is_in_scope_nothing_is() -> None:
    gateway = TwoVaults(new=[30], old=[9])
    with pytest.raises(Refused) as refused:
        found(gateway)
    assert (refused.value.status, refused.value.reason, gateway.looked) == (404, "OutOfScope", [])


def test_the_apps_own_jobs_are_never_meant() -> None:
    own = ("rsv-prod-weu-01-1", "rsv-prod-weu-01-2")
    assert found(TwoVaults(new=[1, 2, 30], old=[]), VAULT, own=own).job_id == "rsv-prod-weu-01-30"
    with pytest.raises(Refused, match="No failed backup job is known"):
        found(TwoVaults(new=[1, 2], old=[]), VAULT, own=own)
