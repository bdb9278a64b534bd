"""Retry policies."""

import itertools

from sandbox.host.retries import delays_of


def test_without_a_policy_there_is_no_retry() -> None:
    assert list(delays_of(None)) == []


def test_fixed_delay() -> None:
    policy = {"strategy": "fixed_delay", "max_retry_count": "3", "delay_interval": "00:01:10"}
    assert list(delays_of(policy)) == [70.0, 70.0, 70.0]


def test_exponential_for_ever() -> None:
    policy = {
        "strategy": "exponential_backoff",
        "max_retry_count": "-1",
        "minimum_interval": "00:00:10",
        "maximum_interval": "00:01:00",
    }
    assert list(itertools.islice(delays_of(policy), 5)) == [10.0, 20.0, 40.0, 60.0, 60.0]
    assert len(list(itertools.islice(delays_of(policy), 2000))) == 2000
