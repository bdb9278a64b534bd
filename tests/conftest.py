"""What every test shares: how hypothesis searches, and that no setting of the machine leaks in."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.safety.summary"]  # counts in every process of a run

settings.register_profile(
    "default",
    deadline=None,  # two busy cores are no defect of the code under test
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_LEAKING = ("RESPONDER_", "AZURE_", "IDENTITY_", "MSI_", "WEBSITE_")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(_LEAKING):
            monkeypatch.delenv(name)
    for name in ("NO_PROXY", "no_proxy"):  # every server of a test is on loopback; and else each request looks for one
        monkeypatch.setenv(name, "localhost,127.0.0.1")
