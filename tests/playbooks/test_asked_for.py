"""What a person asked for: another playbook, a stricter mode; never more than the settings and the situation allow."""

import pytest

from playbooks.diagnosis import Diagnosis, _not_looser
from responder.incident import CodeOrigin, Mode
from tests.playbooks.conftest import MakeLab

AGENT = "GuestAgentSnapshotTaskStatusError"


def test_the_playbook_that_is_asked_for_is_followed_and_the_jobs_code_is_still_told(lab: MakeLab) -> None:
    found = lab().diagnosis(playbook=AGENT.upper())
    assert found.playbook is not None
    assert found.job is not None
    assert (found.playbook.code, found.job.origin) == (AGENT, CodeOrigin.REQUESTED)
    assert found.job.code == "UserErrorRpCollectionLimitReached"


def test_one_that_is_there_no_more_is_left_out(lab: MakeLab) -> None:
    found = lab().diagnosis(playbook="GoneMeanwhile")
    assert found.playbook is not None
    assert found.playbook.code == "UserErrorRpCollectionLimitReached"


def test_a_protection_that_was_stopped_decides_whatever_is_asked_for(lab: MakeLab) -> None:
    found = lab(item={"state": "ProtectionStopped"}).diagnosis(playbook=AGENT)
    assert found.job is not None
    assert found.job.origin is CodeOrigin.SITUATION


@pytest.mark.parametrize(
    "mode, asked, expected",
    [
        (Mode.AUTONOMOUS, Mode.REVIEW, Mode.REVIEW),
        (Mode.READ_ONLY, Mode.AUTONOMOUS, Mode.READ_ONLY),
        (Mode.REVIEW, None, Mode.REVIEW),
    ],
)
def test_the_mode_that_is_asked_for_only_makes_it_stricter(mode: Mode, asked: Mode | None, expected: Mode) -> None:
    assert _not_looser(Diagnosis(mode=mode), asked).mode is expected
