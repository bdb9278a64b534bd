"""``doctor --local``: settings of a file and the environment, without an app and without Azure."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from responder.cli.main import main
from tests.responder.azure.canned import HEADER, CannedArm, canned_arm
from tests.responder.azure.conftest import hang_up, settings_for
from tests.test_function_app import GOOD


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    return tmp_path / "ca.pem"


@pytest.fixture
def arm(ca_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CannedArm]:
    with canned_arm(ca_file) as canned:
        monkeypatch.setenv("IDENTITY_ENDPOINT", canned.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", HEADER)
        yield canned
        hang_up(settings_for(canned.url, ca_file))


def file(folder: Path, **values: str) -> str:
    path = folder / "some.settings.json"
    path.write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    return str(path)


def test_wrong_settings_are_named_and_nothing_else_is_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = file(tmp_path, **{**GOOD, "RESPONDER_MODE": "careless"})
    assert main(["doctor", "--local", "--settings", settings], {}) == 1
    told = capsys.readouterr().out
    assert "failed  settings SettingWrong: RESPONDER_MODE: " in told
    assert "Set it to autonomous, review or read-only." in told
    assert "webhooks" not in told


def test_good_settings_a_receiver_that_is_dead_and_the_identity(
    tmp_path: Path, arm: CannedArm, ca_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {**GOOD, "RESPONDER_ARM_ENDPOINT": arm.url, "RESPONDER_ARM_CA_FILE": str(ca_file)}
    settings = file(
        tmp_path, **{**values, "RESPONDER_MODE": "review", "RESPONDER_WEBHOOK_URL": "http://127.0.0.1:1/a?sig=xyzxyz"}
    )
    assert main(["--json", "doctor", "--local", "--settings", settings], {"RESPONDER_MODE": "autonomous"}) == 1
    text = capsys.readouterr().out
    probes = {probe["name"]: probe for probe in json.loads(text)["probes"]}
    assert {name: probe["code"] for name, probe in probes.items()} == {
        "webhooks": "TargetUnreachable",
        "settings": "Well",
        "identity": "Well",
        "sweep": "Well",
    }
    assert "autonomous" in probes["settings"]["text"]
    assert "xyzxyz" not in text
    assert arm.seen == []


@pytest.mark.parametrize("content", [None, "no json"])
def test_a_file_that_cannot_be_read_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_text(content)
    assert main(["doctor", "--local", "--settings", str(path)], {}) == 2
    assert str(path) in capsys.readouterr().err


def test_without_a_file_the_environment_alone_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--local"], {}) == 1
    assert "RESPONDER_SCOPE: the setting is missing" in capsys.readouterr().out


def test_the_app_must_be_named_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"], {}) == 2
    assert "RESPONDER_URL" in capsys.readouterr().err


def test_an_address_that_nobody_answers_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"], {"RESPONDER_URL": "http://127.0.0.1:1", "RESPONDER_KEY": "k-e-y"}) == 1
    told = capsys.readouterr().out
    assert "address AddressUnreachable: 127.0.0.1:1 cannot be reached" in told
    assert "k-e-y" not in told
