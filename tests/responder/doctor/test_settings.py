"""Settings that are wrong, unread or odd."""

from threading import Event

import pytest

from responder.doctor import settings, sweep
from responder.errors import SettingsError
from responder.settings import load
from tests.test_function_app import GOOD


def codes(**more: str) -> list[str]:
    environ = {**GOOD, **more}
    return [probe.code for probe in settings.look(load(environ), environ)(Event())]


def test_good_settings_are_well() -> None:
    assert codes() == ["Well"]


@pytest.mark.parametrize(
    "more, code",
    [
        ({"RESPONDER_SCOPE": ""}, "ScopeEmpty"),
        ({"RESPONDER_MODE": "read-only"}, "ModeReadOnly"),
        ({"RESPONDER_DESTRUCTIVE_PER_HOUR": "0"}, "ChangesForbidden"),
        ({"RESPONDER_LANGUAGE": "ko"}, "TimeZoneNotSet"),
        ({"RESPONDER_APPROVAL_SECRET": "@Microsoft.KeyVault(VaultName=kv;SecretName=X)"}, "ReferenceNotRead"),
    ],
)
def test_what_is_odd_is_named(more: dict[str, str], code: str) -> None:
    assert codes(**more) == [code]


def test_a_zone_that_was_chosen_is_right_in_any_language() -> None:
    assert codes(RESPONDER_LANGUAGE="ko", RESPONDER_TIME_ZONE="UTC") == ["Well"]


def test_wrong_settings_are_all_named_with_their_remedies() -> None:
    with pytest.raises(SettingsError) as wrong:
        load({**GOOD, "RESPONDER_MODE": "careless", "RESPONDER_APPROVAL_SECRET": "short"})
    probes = settings.refused(wrong.value)
    assert [(probe.code, probe.text.partition(":")[0]) for probe in probes] == [
        ("SettingWrong", "RESPONDER_MODE"),
        ("SettingWrong", "RESPONDER_APPROVAL_SECRET"),
    ]
    assert all(probe.remedy for probe in probes)


@pytest.mark.parametrize(
    "name, value, on",
    [
        ("AzureWebJobs.sweep.Disabled", "true", False),
        ("AzureWebJobs__sweep__Disabled", "1", False),
        ("azurewebjobs__SWEEP__disabled", "True", False),
        ("AzureWebJobs__sweep__Disabled", "false", True),
        ("AzureWebJobs__sweep__Disabled", "", True),
        ("AzureWebJobs__other__Disabled", "true", True),
    ],
)
def test_whether_the_sweep_is_on(name: str, value: str, on: bool) -> None:
    assert sweep.is_on({name: value}) is on
