"""How long to wait before the next attempt: a table of cases, and what holds for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backoff import ATTEMPTS, FIRST, JITTER, LONGEST, LONGEST_ASKED, next_attempt

DAY = 24 * 3600.0


@pytest.mark.parametrize(
    ("attempts", "retry_after", "wait"),
    [
        (1, None, 5),
        (2, None, 10),
        (3, None, 20),
        (10, None, 2560),
        (12, None, 10240),
        (13, None, LONGEST),
        (22, None, LONGEST),
        (23, None, None),
        (10**6, None, None),
        (0, None, 5),
        (1, 0.0, 5),
        (1, 30.0, 30),
        (1, -5.0, 5),
        (5, 30.0, 80),
        (1, 7200.0, 7200),
        (1, 10**9, LONGEST_ASKED),
        (1, float("inf"), LONGEST_ASKED),
        (23, 30.0, None),
    ],
)
def test_cases(attempts: int, retry_after: float | None, wait: float | None) -> None:
    """Twice as long each time, up to four hours, never shorter than the platform asks, and an end."""
    found = next_attempt(attempts, retry_after, "key")
    if wait is None:
        assert found is None
    else:
        assert found is not None
        assert wait <= found <= wait * (1 + JITTER)


def test_it_gives_up_after_about_two_days() -> None:
    """A weekend on which a platform is down is not the end of a notice of Friday evening."""
    waits = [next_attempt(attempts) for attempts in range(1, ATTEMPTS)]
    assert 1.8 * DAY < sum(wait for wait in waits if wait is not None) < 2.2 * DAY
    assert None not in waits


@given(st.integers(1, 40), st.floats(allow_nan=False) | st.none(), st.text())
def test_the_same_is_always_the_same(attempts: int, retry_after: float | None, key: str) -> None:
    """No chance is in it, and no wait is shorter than the first or longer than a day and a tenth."""
    found = next_attempt(attempts, retry_after, key)
    assert found == next_attempt(attempts, retry_after, key)
    assert found is None or FIRST <= found <= LONGEST_ASKED * (1 + JITTER)


def test_what_failed_together_comes_back_apart() -> None:
    """A thousand notices do not come back in one second."""
    waits = {next_attempt(10, None, f"notice {number}") for number in range(1000)}
    assert len(waits) > 900
