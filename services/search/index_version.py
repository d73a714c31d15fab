"""The number of the last write to the index."""

from __future__ import annotations

from services.runtime.redis_connection import Client, translated

_KEY = "nar:index_version"


class IndexVersion:
    """A counter in Redis that every write raises."""

    def __init__(self, client: Client) -> None:
        self._redis = client

    async def get(self) -> int:
        """The number of the last write, 0 before the first."""
        with translated():
            return int(await self._redis.get(_KEY) or 0)

    async def bump(self) -> int:
        """Counts one more write."""
        with translated():
            return int(await self._redis.incr(_KEY))
