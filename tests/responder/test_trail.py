"""From an incident to its correlation id, and that work in other threads still knows its incident."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder import logs
from responder.incident import FailedBackup
from responder.intake.identity import incident_id
from responder.trail import correlation_id

DIGITS = st.text("0123456789abcdef", min_size=32, max_size=32)
ONE = "0123456789abcdef" * 2


@given(DIGITS)
def test_the_digits_of_an_incident_are_its_guid(digits: str) -> None:
    found = correlation_id(f"inc-{digits}")
    assert found is not None
    assert UUID(found).hex == digits
    assert [len(part) for part in found.split("-")] == [8, 4, 4, 4, 12]
    assert found.replace("-", "") == digits


@given(st.text(), st.integers(0, 9))
def test_whatever_failed_its_incident_has_a_guid(job: str, run: int) -> None:
    assert correlation_id(incident_id(FailedBackup(source="test", vault_id="/v", job_id=job, run=run)))


@given(st.one_of(st.text(), DIGITS.map(lambda digits: f"inc-{digits[1:]}"), DIGITS.map(lambda digits: f"sig-{digits}")))
def test_nothing_else_has_one(name: str) -> None:
    assert correlation_id(name) is None


@pytest.mark.parametrize(
    "name", ["", "inc-1", ONE, f"inc-{ONE.upper()}", f"inc-{ONE}\n", f" inc-{ONE}", f"inc-{ONE}0", f"digest-{ONE}"]
)
def test_what_only_looks_like_an_incident_has_none(name: str) -> None:
    assert correlation_id(name) is None


def test_a_pool_works_for_the_incident_of_whoever_carried_the_work_into_it() -> None:
    with ThreadPoolExecutor(1) as pool:
        with logs.about(incident="inc-1"):
            here = logs.carried(logs.incident)
            known, unknown = pool.submit(here), pool.submit(logs.incident)
        assert (known.result(), unknown.result()) == ("inc-1", "")
        assert pool.submit(here).result() == "inc-1"
        assert pool.submit(logs.incident).result() == ""
    assert logs.incident() == ""
