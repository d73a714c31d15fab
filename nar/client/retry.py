"""When a call is tried again, and after what delay."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from nar.errors import NarError, Overloaded, Retryable

_RANDOM = np.random.default_rng()


@dataclass(frozen=True)
class RetryPolicy:
    """Exponential backoff with full jitter.

    Attributes:
        attempts: how often a call is made at most, the first included.
        first_delay: upper bound of the first delay in seconds; it doubles with each attempt.
        longest_delay: upper bound of every delay in seconds.

    """

    attempts: int = 4
    first_delay: float = 0.2
    longest_delay: float = 5.0


WATCHING = RetryPolicy(attempts=40, longest_delay=2.0)
"""For whoever waits anyway: long enough for a service to be restarted. Any progress starts it anew."""


class Attempts:
    """The attempts of one call: only reads are repeated, only errors that may go away, and never past the deadline."""

    def __init__(self, policy: RetryPolicy, timeout: float | None, *, is_read: bool) -> None:
        self._left = policy.attempts if is_read else 1
        self._delay = policy.first_delay
        self._longest = policy.longest_delay
        self._deadline = None if timeout is None else time.monotonic() + timeout

    def remaining(self) -> float | None:
        """Seconds until the deadline, None without one."""
        return None if self._deadline is None else max(self._deadline - time.monotonic(), 0.0)

    def delay_after(self, error: NarError) -> float:
        """Seconds to wait before the next attempt.

        Raises:
            NarError: `error` itself, when there is none.

        """
        self._left -= 1
        if self._left <= 0 or not isinstance(error, Retryable):
            raise error
        delay = float(_RANDOM.uniform(0, self._delay))
        self._delay = min(self._delay * 2, self._longest)
        if isinstance(error, Overloaded):
            delay += error.retry_after
        remaining = self.remaining()
        if remaining is not None and delay >= remaining:
            raise error
        return delay
