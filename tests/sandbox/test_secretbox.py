import stat
from base64 import b64decode
from pathlib import Path

import pytest

from sandbox.secretbox import keep


def test_a_state_folder_keeps_its_secrets(tmp_path: Path) -> None:
    first = keep(tmp_path)
    assert keep(tmp_path) == first
    assert len({first.master, first.function, first.system, first.webhook, first.approval}) == 5


def test_another_folder_has_others(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert keep(tmp_path).function != keep(tmp_path / "other").function


def test_the_webhook_secret_has_the_form_of_the_standard(tmp_path: Path) -> None:
    prefix, _, key = keep(tmp_path).webhook.partition("_")
    assert prefix == "whsec"
    assert 24 <= len(b64decode(key)) <= 64


def test_the_environments_webhook_secret_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = keep(tmp_path)
    monkeypatch.setenv("RESPONDER_WEBHOOK_SECRET", "whsec_given")
    given = keep(tmp_path)
    assert (given.webhook, given.function) == ("whsec_given", own.function)
    monkeypatch.delenv("RESPONDER_WEBHOOK_SECRET")
    assert keep(tmp_path) == own


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    keep(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
