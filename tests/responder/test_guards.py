"""Each law of what the app may touch, with the case that only this law stops."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from responder import guards
from responder.azure.model import (
    Collection,
    GroupResource,
    Job,
    Lock,
    Point,
    Policy,
    RecoveryPoint,
    Tier,
    TierStatus,
    TierType,
)
from responder.guards import Consent
from responder.incident import Mode, Risk

SUBSCRIPTION = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VM = f"{SUBSCRIPTION}/resourceGroups/rg-app-prod-weu/providers/Microsoft.Compute/virtualMachines/vm-app-01"
GROUP = f"{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope_1"
COLLECTIONS = f"{GROUP}/providers/Microsoft.Compute/restorePointCollections"
NOW = datetime(2026, 10, 6, 3, 0, tzinfo=UTC)
MINE = Collection(id=f"{COLLECTIONS}/AzureBackup_vm-app-01_387029", source_id=VM)
CONTENTS = [GroupResource(id=MINE.id, type="Microsoft.Compute/restorePointCollections")]
LOCK = Lock(id=f"{GROUP}/providers/Microsoft.Authorization/locks/keep", name="keep", level="CanNotDelete", scope=GROUP)


def touch(collection: Collection) -> str | None:
    refusal = guards.may_touch_collection(collection, vm_id=VM, data_id="387029", policy=None)
    return refusal.reason if refusal else None


def unlock(lock: Lock = LOCK, contents: list[GroupResource] = CONTENTS, policy: Policy | None = None) -> str | None:
    refusal = guards.may_remove_lock(lock, MINE, contents, policy)
    return refusal.reason if refusal else None


class TestTheVmsOwnCollection:
    def test_the_services_collection_of_the_failed_vm_may_be_touched(self) -> None:
        assert touch(MINE) is None

    def test_ids_are_compared_without_case(self) -> None:
        assert touch(replace(MINE, id=MINE.id.upper(), source_id=VM.lower())) is None

    def test_the_older_name_without_a_number_is_the_services_too(self) -> None:
        assert touch(replace(MINE, id=f"{COLLECTIONS}/AzureBackup_vm-app-01")) is None

    @pytest.mark.parametrize("source", [f"{VM}1", VM.replace("rg-app-prod-weu", "rg-other"), VM[:-1], "", None])
    def test_another_source_forbids_even_with_the_right_name(self, source: str | None) -> None:
        assert touch(replace(MINE, source_id=source)) == "OtherVm"

    @pytest.mark.parametrize(
        "name",
        ["AzureBackup_vm-app-011_387029", "AzureBackup_vm-app-01_3870290", "vm-app-01", "AzureBackup_vm-app-01_"],
    )
    def test_another_name_forbids_even_with_the_right_source(self, name: str) -> None:
        assert touch(replace(MINE, id=f"{COLLECTIONS}/{name}")) == "ForeignCollection"

    @pytest.mark.parametrize(
        "group", ["rg-app-prod-weu", "AzureBackupRG_westeurope_1_old", "xAzureBackupRG_westeurope_1"]
    )
    def test_a_group_that_the_service_did_not_make_forbids(self, group: str) -> None:
        assert touch(replace(MINE, id=MINE.id.replace("AzureBackupRG_westeurope_1", group))) == "ForeignGroup"

    def test_the_same_group_name_in_another_subscription_forbids(self) -> None:
        elsewhere = MINE.id.replace("6c1f7a30", "7d2f7a30")
        assert touch(replace(MINE, id=elsewhere)) == "ForeignGroup"

    def test_anything_but_a_collection_forbids(self) -> None:
        snapshot = MINE.id.replace("restorePointCollections", "snapshots")
        assert touch(replace(MINE, id=snapshot)) == "NotACollection"


class TestTheServicesGroup:
    POLICY = Policy(id="p", group_prefix="rg-points-", group_suffix="-weu")

    @pytest.mark.parametrize("group", ["rg-points-1-weu", "RG-Points-12-WEU", "AzureBackupRG_westeurope_1"])
    def test_the_policys_prefix_and_suffix_are_honoured(self, group: str) -> None:
        assert guards.is_service_group(group, self.POLICY)

    @pytest.mark.parametrize("group", ["rg-points-weu", "rg-points-1", "rg-points-1-weu-2", "my-rg-points-1-weu"])
    def test_a_name_that_only_looks_alike_is_not_the_services(self, group: str) -> None:
        assert not guards.is_service_group(group, self.POLICY)

    def test_an_empty_prefix_makes_no_group_the_services(self) -> None:
        assert not guards.is_service_group("1", Policy(id="p", group_prefix="", group_suffix=""))


class TestLocks:
    def test_a_lock_on_the_services_group_may_go(self) -> None:
        assert unlock() is None

    def test_a_lock_on_the_vms_collection_may_go(self) -> None:
        assert unlock(replace(LOCK, scope=MINE.id)) is None

    def test_an_inherited_lock_stays(self) -> None:
        assert unlock(replace(LOCK, scope=SUBSCRIPTION)) == "InheritedLock"

    @pytest.mark.parametrize("scope", [f"{COLLECTIONS}/AzureBackup_vm-app-011_1", f"{GROUP}2", VM])
    def test_a_lock_on_something_else_stays(self, scope: str) -> None:
        assert unlock(replace(LOCK, scope=scope)) == "ForeignLock"

    def test_a_lock_that_another_application_owns_stays(self) -> None:
        assert unlock(replace(LOCK, owners=["11111111-2222-3333-4444-555555555555"])) == "OwnedLock"

    def test_a_group_that_holds_anything_else_keeps_its_lock(self) -> None:
        disk = GroupResource(id=f"{GROUP}/providers/Microsoft.Compute/disks/d", type="Microsoft.Compute/disks")
        assert unlock(contents=[*CONTENTS, disk]) == "GroupHoldsOthers"

    def test_an_empty_listing_means_nothing_never_everything(self) -> None:
        assert unlock(contents=[]) == "GroupLooksEmpty"

    def test_a_collection_outside_the_services_group_keeps_its_locks(self) -> None:
        foreign = replace(MINE, id=MINE.id.replace("AzureBackupRG_westeurope_1", "rg-app-prod-weu"))
        refusal = guards.may_remove_lock(replace(LOCK, scope=foreign.id), foreign, CONTENTS, None)
        assert refusal is not None
        assert refusal.reason == "ForeignGroup"


def job(status: str, hours_ago: float = 1, *, name: str = "j", by_user: bool | None = None) -> Job:
    return Job(
        id=name,
        vault_job_id="v/j",
        operation="Backup",
        status=status,
        started_at=NOW - timedelta(hours=hours_ago),
        user_triggered=by_user,
    )


class TestDeletion:
    GRACE = timedelta(hours=24)

    def refusal(self, jobs: list[Job], since: datetime | None) -> str | None:
        found = guards.may_delete_collection(jobs, cleanup_since=since, grace=self.GRACE, now=NOW)
        return found.reason if found else None

    def test_after_the_services_time_and_with_no_job_it_may_go(self) -> None:
        assert self.refusal([job("Failed")], NOW - self.GRACE) is None

    @pytest.mark.parametrize("status", ["InProgress", "Cancelling", "SomeNewWord"])
    def test_a_running_job_forbids(self, status: str) -> None:
        assert self.refusal([job(status)], NOW - self.GRACE) == "BackupRunning"

    @pytest.mark.parametrize("since", [None, NOW - timedelta(hours=23, minutes=59)])
    def test_before_the_services_own_clean_up_had_its_time_it_stays(self, since: datetime | None) -> None:
        assert self.refusal([], since) == "CleanupNotDue"


def point(at: datetime, clock: str = "%I") -> Point:
    name = at.strftime(f"AzureBackup_%Y%m%d_{clock}%M%S")
    return Point(id=f"{MINE.id}/restorePoints/{name}", name=name, created_at=at)


def copy(at: datetime, *tiers: TierType) -> RecoveryPoint:
    return RecoveryPoint(id="r", at=at, tiers=[Tier(type=tier, status=TierStatus.VALID) for tier in tiers])


class TestVaultTier:
    AT = datetime(2026, 10, 1, 22, 5, 7, tzinfo=UTC)
    BOTH = (TierType.INSTANT, TierType.HARDENED)

    @pytest.mark.parametrize("clock", ["%I", "%H"])
    def test_every_point_in_the_vault_is_safe(self, clock: str) -> None:
        assert guards.deletion_risk([point(self.AT, clock)], [copy(self.AT, *self.BOTH)]) is Risk.SAFE

    def test_a_point_in_the_snapshot_tier_alone_needs_an_approval(self) -> None:
        assert guards.deletion_risk([point(self.AT)], [copy(self.AT, TierType.INSTANT)]) is Risk.DISRUPTIVE

    def test_a_point_without_a_recovery_point_needs_an_approval(self) -> None:
        other = self.AT - timedelta(days=1)
        points = [point(self.AT), point(other)]
        assert guards.deletion_risk(points, [copy(self.AT, *self.BOTH)]) is Risk.DISRUPTIVE

    def test_a_recovery_point_of_twelve_hours_later_is_no_proof(self) -> None:
        later = copy(self.AT + timedelta(hours=12), *self.BOTH)
        assert guards.deletion_risk([point(self.AT)], [later]) is Risk.DISRUPTIVE

    def test_an_invalid_vault_copy_is_no_proof(self) -> None:
        broken = RecoveryPoint(id="r", at=self.AT, tiers=[Tier(type=TierType.HARDENED, status=TierStatus.DELETED)])
        assert guards.deletion_risk([point(self.AT)], [broken]) is Risk.DISRUPTIVE

    def test_any_snapshot_only_recovery_point_needs_an_approval(self) -> None:
        alone = copy(self.AT - timedelta(days=2), TierType.INSTANT)
        assert guards.deletion_risk([point(self.AT)], [copy(self.AT, *self.BOTH), alone]) is Risk.DISRUPTIVE

    def test_no_points_prove_nothing(self) -> None:
        assert guards.deletion_risk([], []) is Risk.DISRUPTIVE

    @given(st.dictionaries(st.integers(0, 20), st.tuples(st.booleans(), st.booleans()), max_size=20))
    def test_safe_only_if_each_point_has_its_vault_copy(self, world: dict[int, tuple[bool, bool]]) -> None:
        moments = [(self.AT - timedelta(days=days), listed, vault) for days, (listed, vault) in world.items()]
        points = [point(at) for at, _, _ in moments]
        copies = [copy(at, *(self.BOTH if vault else (TierType.INSTANT,))) for at, listed, vault in moments if listed]
        safe = bool(points) and all(listed and vault for _, listed, vault in moments)
        assert (guards.deletion_risk(points, copies) is Risk.SAFE) == safe


class TestQuota:
    def refusal(self, jobs: list[Job], ours: list[str]) -> str | None:
        found = guards.within_quota(jobs, ours=ours, per_day=3, now=NOW)
        return found.reason if found else None

    def test_jobs_of_the_schedule_do_not_count(self) -> None:
        assert self.refusal([job("Completed", name=str(n)) for n in range(5)], []) is None

    def test_the_apps_own_jobs_count(self) -> None:
        assert self.refusal([job("Failed", name=str(n)) for n in range(3)], ["0", "1", "2"]) == "DailyQuotaReached"

    def test_jobs_of_people_count(self) -> None:
        jobs = [job("Failed", name=str(n), by_user=True) for n in range(3)]
        assert self.refusal(jobs, []) == "DailyQuotaReached"

    def test_yesterdays_jobs_do_not_count(self) -> None:
        assert self.refusal([job("Failed", 25, name=str(n)) for n in range(3)], ["0", "1", "2"]) is None


class TestModes:
    @pytest.mark.parametrize(
        "risk, mode, wanted",
        [
            (Risk.SAFE, Mode.AUTONOMOUS, Consent.GRANTED),
            (Risk.DISRUPTIVE, Mode.AUTONOMOUS, Consent.ASK),
            (Risk.MANUAL, Mode.AUTONOMOUS, Consent.NEVER),
            (Risk.SAFE, Mode.REVIEW, Consent.ASK),
            (Risk.DISRUPTIVE, Mode.REVIEW, Consent.ASK),
            (Risk.SAFE, Mode.READ_ONLY, Consent.NEVER),
            (Risk.DISRUPTIVE, Mode.READ_ONLY, Consent.NEVER),
        ],
    )
    def test_consent(self, risk: Risk, mode: Mode, wanted: Consent) -> None:
        assert guards.consent(risk, mode) is wanted

    @given(st.lists(st.sampled_from([*Mode, None]), max_size=4))
    def test_the_strictest_mode_wins(self, modes: list[Mode | None]) -> None:
        given_modes = [mode for mode in modes if mode]
        expected = min(given_modes, key=list(Mode).index) if given_modes else Mode.READ_ONLY
        assert guards.strictest(modes) is expected


class TestScope:
    VAULT = f"{SUBSCRIPTION}/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/rsv-1"

    @pytest.mark.parametrize("scope", [SUBSCRIPTION, f"{SUBSCRIPTION}/resourcegroups/RG-BACKUP", VAULT.upper()])
    def test_a_vault_within(self, scope: str) -> None:
        assert guards.in_scope(self.VAULT, [scope])

    @pytest.mark.parametrize("scope", [f"{SUBSCRIPTION}/resourceGroups/rg-back", f"{VAULT}1", VAULT[:-1], "", "/"])
    def test_a_name_that_begins_alike_is_not_within(self, scope: str) -> None:
        assert not guards.in_scope(self.VAULT, [scope])

    def test_an_empty_scope_holds_nothing(self) -> None:
        assert not guards.in_scope(self.VAULT, [])
