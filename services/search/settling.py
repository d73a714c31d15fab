"""Whether all that was written to the index is to be seen by a read that does not insist on it."""

from __future__ import annotations

import time
from collections.abc import Callable

# Milvus' "Bounded" reads lag behind by at most 5 s, its default for `gracefulTime`.
_SECONDS = 10.0


class Settling:
    """Watches the version of the index.

    Args:
        clock: seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._version = -1
        self._since = 0.0

    def is_settled(self, index_version: int) -> bool:
        """Whether this has been the version for so long that every read sees the last write."""
        now = self._clock()
        if index_version != self._version:
            self._version, self._since = index_version, now
        return now - self._since > _SECONDS
