"""The number of the last write to the index."""

from __future__ import annotations

from collections.abc import Sequence

from services.runtime.redis_connection import Client, translated
from services.search.coalescing import Coalescer

_KEY = "nar:index_version"
_MOST = 10_000


class IndexVersion:
    """A counter in Redis that every write raises."""

    def __init__(self, client: Client) -> None:
        self._redis = client
        # One at a time: those who ask while Redis is asked share the next answer, which is none from before they came.
        self._reads = Coalescer(self._read, _MOST, 1)

    async def get(self) -> int:
        """The number of the last write, 0 before the first."""
        return await self._reads.answer(None, _KEY)

    async def _read(self, askers: Sequence[None], key: str) -> list[int]:
        with translated():
            return [int(await self._redis.get(key) or 0)] * len(askers)

    async def bump(self) -> int:
        """Counts one more write."""
        with translated():
            return int(await self._redis.incr(_KEY))
