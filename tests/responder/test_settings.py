import base64
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.errors import SettingsError
from responder.incident import Mode
from responder.language import Language
from responder.settings import Settings, declared, load, reference

WEBHOOK_SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
VAULT = (
    "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11/resourceGroups/rg-backup-prod-weu"
    "/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
)
REQUIRED = {
    "RESPONDER_SCOPE": VAULT,
    "RESPONDER_WEBHOOK_URL": "https://hooks.example/in?sig=Tg7Qw",
    "RESPONDER_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "RESPONDER_APPROVAL_SECRET": "q" * 32,
    "WEBSITE_HOSTNAME": "func-backup-weu.azurewebsites.net",
}


def problems(changes: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(REQUIRED | changes)
    assert all(problem.remedy for problem in caught.value.problems)
    return {problem.name: problem.what for problem in caught.value.problems}


def test_defaults() -> None:
    assert load(REQUIRED) == Settings(
        scope=(VAULT,),
        mode=Mode.AUTONOMOUS,
        webhook_url="https://hooks.example/in?sig=Tg7Qw",
        webhook_secret=WEBHOOK_SECRET,
        targets=(),
        approval_secret="q" * 32,
        approval_hours=24,
        cleanup_hours=24,
        public_url="https://func-backup-weu.azurewebsites.net",
        language=Language.ENGLISH,
        time_zone=ZoneInfo("UTC"),
        arm_endpoint="https://management.azure.com",
        arm_audience="https://management.azure.com/.default",
        arm_ca_file=None,
        client_id=None,
        remediate_client_id=None,
        on_demand_per_day=3,
        on_demand_retention_days=30,
        restore_point_limit=18,
        disk_limit_gb=32767,
        playbook_folder=None,
        backup_service_object_id=None,
        backup_service_app_id="262044b1-e2ce-469f-a196-69ab7ada62d3",
        attempts_per_window=5,
        attempt_window_hours=24,
        concurrent_incidents=50,
        starts_per_hour=250,
        job_reads_per_hour=55,
        backoff_minutes=30,
        remediation_pause_hours=12,
        destructive_per_hour=10,
        max_body_kb=1024,
        sweep_schedule="0 */15 * * * *",
        sweep_first_hours=24,
        overdue_hours=12,
        playbook_modes={},
        webhook_seconds=20,
    )


@pytest.mark.parametrize("text", ["0 */15 * * * *", "*/15 * * * *", "0 30 1,13 * * Mon-Fri"])
def test_a_schedule_is_an_ncrontab_expression(text: str) -> None:
    assert load(REQUIRED | {"RESPONDER_SWEEP_SCHEDULE": text}).sweep_schedule == text


@pytest.mark.parametrize("text", ["hourly", "*/15 * * *", "0 0 0 L * ?", "%OTHER%"])
def test_what_is_no_schedule_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="RESPONDER_SWEEP_SCHEDULE"):
        load(REQUIRED | {"RESPONDER_SWEEP_SCHEDULE": text})


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"RESPONDER_MODE": "wild", "RESPONDER_APPROVAL_HOURS": "999"})
    assert [problem.name for problem in caught.value.problems] == [
        "RESPONDER_SCOPE",
        "RESPONDER_MODE",
        "RESPONDER_APPROVAL_SECRET",
        "RESPONDER_APPROVAL_HOURS",
        "RESPONDER_PUBLIC_URL",
        "RESPONDER_WEBHOOK_URL",
        "RESPONDER_WEBHOOK_SECRET",
    ]
    assert all(str(problem) in str(caught.value) for problem in caught.value.problems)


@pytest.mark.parametrize(
    "name,value",
    [
        ("RESPONDER_SCOPE", "everything"),
        ("RESPONDER_SCOPE", "*"),
        ("RESPONDER_SCOPE", "/subscriptions/"),
        ("RESPONDER_SCOPE", f"{VAULT}, rsv-prod-weu-02"),
        ("RESPONDER_SCOPE", f"{VAULT}/backupJobs/1"),
        ("RESPONDER_MODE", "yolo"),
        ("RESPONDER_WEBHOOK_URL", "http://hooks.example/in"),
        ("RESPONDER_WEBHOOK_URL", "hooks.example"),
        ("RESPONDER_WEBHOOK_URL", "https://"),
        ("RESPONDER_WEBHOOK_URL", "https://hooks.example:port/"),
        ("RESPONDER_WEBHOOK_URL", "https://hooks.example/a b"),
        ("RESPONDER_WEBHOOK_SECRET", "whsec_short"),
        ("RESPONDER_WEBHOOK_SECRET", WEBHOOK_SECRET.removeprefix("whsec_")),
        ("RESPONDER_WEBHOOK_SECRET", "whsec_" + base64.b64encode(bytes(23)).decode()),
        ("RESPONDER_WEBHOOK_SECRET", "whsec_" + base64.b64encode(bytes(65)).decode()),
        ("RESPONDER_WEBHOOK_SECRET", "whsec_é" + "A" * 40),
        ("RESPONDER_APPROVAL_SECRET", "q" * 31),
        ("RESPONDER_APPROVAL_HOURS", "0"),
        ("RESPONDER_APPROVAL_HOURS", "121"),
        ("RESPONDER_APPROVAL_HOURS", "1.5"),
        ("RESPONDER_APPROVAL_HOURS", "²"),
        ("RESPONDER_CLEANUP_HOURS", "3"),
        ("RESPONDER_PUBLIC_URL", "http://func.example"),
        ("RESPONDER_ARM_ENDPOINT", "http://127.0.0.1:8080"),
        ("RESPONDER_ARM_AUDIENCE", "https://management.azure.com"),
        ("RESPONDER_ARM_CA_FILE", "/nowhere/ca.pem"),
        ("RESPONDER_CLIENT_ID", "me"),
        ("RESPONDER_ON_DEMAND_PER_DAY", "10"),
        ("RESPONDER_ON_DEMAND_RETENTION_DAYS", "0"),
        ("RESPONDER_RESTORE_POINT_LIMIT", "-1"),
        ("RESPONDER_ATTEMPTS_PER_WINDOW", "many"),
        ("RESPONDER_ATTEMPT_WINDOW_HOURS", "1e3"),
        ("RESPONDER_CONCURRENT_INCIDENTS", "0"),
        ("RESPONDER_DESTRUCTIVE_PER_HOUR", "99999"),
        ("RESPONDER_MAX_BODY_KB", "0"),
        ("RESPONDER_PLAYBOOK_MODES", "Code"),
        ("RESPONDER_PLAYBOOK_MODES", "=review"),
        ("RESPONDER_PLAYBOOK_MODES", "Code=sometimes"),
    ],
)
def test_a_wrong_value_is_told(name: str, value: str) -> None:
    assert list(problems({name: value})) == [name]


def test_an_empty_scope_is_nothing_and_a_missing_one_is_a_problem() -> None:
    assert load(REQUIRED | {"RESPONDER_SCOPE": " , "}).scope == ()
    assert load(REQUIRED | {"RESPONDER_SCOPE": ""}).scope == ()
    with pytest.raises(SettingsError):
        load({name: value for name, value in REQUIRED.items() if name != "RESPONDER_SCOPE"})


def test_scope_takes_subscriptions_groups_and_vaults() -> None:
    group, _, _ = VAULT.partition("/providers/")
    subscription, _, _ = group.partition("/resourceGroups/")
    text = f" {subscription}/ ,{group.upper()},{VAULT}"
    assert load(REQUIRED | {"RESPONDER_SCOPE": text}).scope == (subscription, group.upper(), VAULT)


def test_values_are_typed(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text("PEM")
    settings = load(
        REQUIRED
        | {
            "RESPONDER_MODE": "Review",
            "RESPONDER_PLAYBOOK_MODES": "One=review, Other = read-only",
            "RESPONDER_ARM_ENDPOINT": "https://localhost:18443/",
            "RESPONDER_ARM_CA_FILE": str(ca_file),
            "RESPONDER_CLIENT_ID": "0F9D2C41-7B36-4F8E-A1D5-93C27E600001",
            "RESPONDER_WEBHOOK_URL": "http://127.0.0.1:8099/inbox",
            "RESPONDER_PUBLIC_URL": "http://localhost:7071/",
            "RESPONDER_DESTRUCTIVE_PER_HOUR": "0",
        }
    )
    assert settings.mode is Mode.REVIEW
    assert dict(settings.playbook_modes) == {"One": Mode.REVIEW, "Other": Mode.READ_ONLY}
    assert settings.arm_endpoint == "https://localhost:18443"
    assert settings.arm_ca_file == str(ca_file)
    assert settings.client_id == "0f9d2c41-7b36-4f8e-a1d5-93c27e600001"
    assert settings.public_url == "http://localhost:7071"
    assert settings.destructive_per_hour == 0


def test_blank_means_missing() -> None:
    settings = load(REQUIRED | {"RESPONDER_MODE": " ", "RESPONDER_ARM_CA_FILE": "", "RESPONDER_CLIENT_ID": ""})
    assert (settings.mode, settings.arm_ca_file, settings.client_id) == (Mode.AUTONOMOUS, None, None)


@pytest.mark.parametrize("host", ["localhost:7071", "127.0.0.1:7071"])
def test_core_tools_speak_http(host: str) -> None:
    assert load(REQUIRED | {"WEBSITE_HOSTNAME": host}).public_url == f"http://{host}"


def test_secrets_do_not_show() -> None:
    shown = repr(load(REQUIRED))
    assert "Tg7Qw" not in shown
    assert WEBHOOK_SECRET not in shown
    assert "q" * 32 not in shown
    assert "Tg7Qw" not in str(problems({"RESPONDER_WEBHOOK_URL": "ftp://x.example/?sig=Tg7Qw"}))
    assert "hunter" not in str(problems({"RESPONDER_APPROVAL_SECRET": "hunter"}))


def test_reference_has_a_full_row_for_each_setting() -> None:
    rows = {row.name: row for row in reference()}
    assert len(rows) == len(declared()) == len(Settings.__struct_fields__)
    assert all(name.startswith("RESPONDER_") for name in rows)
    assert all(all(row) or row.name == "RESPONDER_PLAYBOOK_MODES" for row in rows.values())
    assert rows["RESPONDER_SCOPE"].default == "required"
    assert rows["RESPONDER_PUBLIC_URL"].default == "https://$WEBSITE_HOSTNAME"
    assert rows["RESPONDER_CLIENT_ID"].default == "none"
    assert rows["RESPONDER_RESTORE_POINT_LIMIT"].default == "18"


@given(st.dictionaries(st.sampled_from([setting.name for setting in declared().values()]), st.text(max_size=30)))
def test_any_environment_gives_settings_or_problems(environ: dict[str, str]) -> None:
    with suppress(SettingsError):
        load(environ)
