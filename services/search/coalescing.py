"""Searches that wait while others run go into one call: an index answers many vectors faster than many calls."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.search.catalogue import Hit, Vector
from services.search.filters import Filter

Place = tuple[str, Filter]
"""Collection and filter: what searches must have in common to share a call."""

Find = Callable[[Sequence[Vector], Place, int], Awaitable[list[list[Hit]]]]
"""The so many nearest of each vector."""


@dataclass(frozen=True)
class _Waiting:
    vector: Vector
    limit: int
    answer: asyncio.Future[list[Hit]]


class Coalescer:
    """Nothing waits for company: a search that comes alone is sent at once.

    Args:
        find: asks the index.
        max_batch: vectors in one call.
        parallel: calls at the same time.
    """

    def __init__(self, find: Find, max_batch: int, parallel: int) -> None:
        self._find = find
        self._max_batch = max_batch
        self._parallel = parallel
        self._waiting: defaultdict[Place, list[_Waiting]] = defaultdict(list)
        self._running: set[asyncio.Task[None]] = set()

    async def nearest(self, vector: Vector, place: Place, limit: int) -> list[Hit]:
        """The `limit` nearest; raises what the index raises."""
        answer: asyncio.Future[list[Hit]] = asyncio.get_running_loop().create_future()
        self._waiting[place].append(_Waiting(vector, limit, answer))
        if len(self._running) < self._parallel:
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await answer

    async def _drain(self) -> None:
        """Sends batch after batch until nothing waits."""
        while self._waiting:
            # The place that has waited longest: dicts keep their order, and one that is served goes to the end.
            place = next(iter(self._waiting))
            waiting = self._waiting.pop(place)
            batch, rest = waiting[: self._max_batch], waiting[self._max_batch :]
            if rest:
                self._waiting[place] = rest
            await self._send(place, [own for own in batch if not own.answer.done()])

    async def _send(self, place: Place, batch: list[_Waiting]) -> None:
        """One call; those that have gone meanwhile get nothing."""
        if not batch:
            return
        try:
            found = await self._find([own.vector for own in batch], place, max(own.limit for own in batch))
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait, whatever it is
            for own in batch:
                if not own.answer.done():
                    own.answer.set_exception(error)
            return
        for own, hits in zip(batch, found, strict=True):
            if not own.answer.done():
                own.answer.set_result(hits[: own.limit])
