"""Simulated worlds, for handlers that read."""

from tests.playbooks.conftest import lab

__all__ = ["lab"]
