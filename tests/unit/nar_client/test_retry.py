"""What is tried again, how often, and until when."""

import pytest

from nar.client.retry import Attempts, RetryPolicy
from nar.errors import InvalidInput, LimitExceeded, NarError, Overloaded, Unavailable

POLICY = RetryPolicy(attempts=3, first_delay=0.2, longest_delay=1.0)


def test_a_read_is_tried_as_often_as_the_policy_says() -> None:
    attempts = Attempts(POLICY, 60, is_read=True)
    error = Unavailable("down")
    assert 0 <= attempts.delay_after(error) <= 0.2
    assert 0 <= attempts.delay_after(error) <= 0.4
    with pytest.raises(Unavailable):
        attempts.delay_after(error)


def test_a_write_is_never_repeated() -> None:
    with pytest.raises(Unavailable):
        Attempts(POLICY, 60, is_read=False).delay_after(Unavailable("down"))


@pytest.mark.parametrize("error", [InvalidInput("bad"), LimitExceeded("too large"), NarError("broken")])
def test_what_cannot_go_away_is_not_repeated(error: NarError) -> None:
    with pytest.raises(type(error)):
        Attempts(POLICY, 60, is_read=True).delay_after(error)


def test_an_overloaded_service_says_how_long_to_wait() -> None:
    assert Attempts(POLICY, 60, is_read=True).delay_after(Overloaded("full", retry_after=3)) >= 3


def test_no_delay_reaches_past_the_deadline() -> None:
    with pytest.raises(Overloaded):
        Attempts(POLICY, 2, is_read=True).delay_after(Overloaded("full", retry_after=3))
