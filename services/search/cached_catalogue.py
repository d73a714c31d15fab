"""A catalogue that answers from what was found lately: the same questions come often, and cost a call each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from services.runtime import metrics
from services.search.catalogue import Catalogue, Hit, Row, Vector
from services.search.filters import Filter
from services.search.result_cache import Key, ResultCache
from services.search.settling import Settling

Value = TypeVar("Value")


@dataclass(frozen=True)
class _Nearest:
    """A question for neighbours."""

    vector: bytes
    collection: str
    where: Filter
    limit: int


class CachedCatalogue:
    """Neighbours and rows of a catalogue, under a version of the index that the caller has read before.

    Args:
        catalogue: what is asked where nothing is known.
        size: answers of each kind that are kept.
    """

    def __init__(self, catalogue: Catalogue, size: int) -> None:
        self._catalogue = catalogue
        self._settling = Settling()
        self._neighbours: ResultCache[_Nearest, Sequence[Hit]] = ResultCache(size)
        self._rows: ResultCache[tuple[str, str], Row] = ResultCache(size)

    async def model_version(self) -> str:
        """See `Catalogue.model_version`."""
        return await self._catalogue.model_version()

    async def collections(self) -> dict[str, int]:
        """See `Catalogue.collections`."""
        return await self._catalogue.collections()

    async def nearest(
        self, vector: Vector, collection: str, where: Filter, limit: int, index_version: int
    ) -> Sequence[Hit]:
        """The `limit` nearest of a collection, best first."""
        # Every search tells what the version is, so that the first read of a row need not.
        self._settling.is_settled(index_version)
        key = _Nearest(np.asarray(vector, np.float32).tobytes(), collection, where, limit)
        found = await _found(
            self._neighbours, key, index_version, lambda: self._catalogue.nearest(vector, collection, where, 0, limit)
        )
        return found or []

    async def get(self, collection: str, identity: str, index_version: int) -> Row | None:
        """One architecture with its vector."""
        settled = self._settling.is_settled(index_version)
        return await _found(
            self._rows,
            (collection, identity),
            index_version,
            lambda: self._catalogue.get(collection, identity, settled=settled),
        )


async def _found(
    cache: ResultCache[Key, Value], key: Key, index_version: int, ask: Callable[[], Awaitable[Value | None]]
) -> Value | None:
    known = cache.get(key, index_version)
    metrics.SEARCH_CACHE.labels("result", "miss" if known is None else "hit").inc()
    if known is not None:
        return known
    answer = await ask()
    if answer is not None:
        cache.put(key, index_version, answer)
    return answer
