"""Coalesces concurrent requests into one pass through the networks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Decomposition
from nar.errors import Overloaded, Unavailable
from services.embedder.embedder import Embedder
from services.runtime import metrics
from services.runtime.telemetry import log

Vectors = NDArray[np.float32]


class Batcher:
    """Everything that waits while a batch is computed goes into the next one.

    Args:
        max_graphs: graphs in one batch.
        max_waiting: graphs that wait; more are refused.
    """

    def __init__(self, max_graphs: int, max_waiting: int) -> None:
        self._max_graphs = max_graphs
        self._max_waiting = max_waiting
        self._queue: list[tuple[Sequence[Decomposition], asyncio.Future[Vectors]]] = []
        self._wake = asyncio.Event()
        self.embedder: Embedder | None = None

    async def embed(self, decompositions: Sequence[Decomposition]) -> Vectors:
        """(N, dimensions) vectors of `decompositions`.

        Raises:
            Unavailable: no weights are loaded.
            Overloaded: too much waits already.
        """
        if self.embedder is None:
            raise Unavailable("the embedder is still loading its weights", retry_after=2.0)
        waiting = sum(len(items) for items, _ in self._queue)
        if waiting + len(decompositions) > self._max_waiting:
            raise Overloaded(f"{waiting} graphs are waiting to be embedded", retry_after=1.0)
        future: asyncio.Future[Vectors] = asyncio.get_running_loop().create_future()
        self._queue.append((decompositions, future))
        self._wake.set()
        return await future

    async def run(self) -> None:
        """Computes batch after batch until it is cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._compute(self._take())

    def _take(self) -> list[tuple[Sequence[Decomposition], asyncio.Future[Vectors]]]:
        """Requests for one batch; those whose caller has gone are dropped."""
        taken: list[tuple[Sequence[Decomposition], asyncio.Future[Vectors]]] = []
        total = 0
        while self._queue and (not taken or total + len(self._queue[0][0]) <= self._max_graphs):
            items, future = self._queue.pop(0)
            if not future.cancelled():
                taken.append((items, future))
                total += len(items)
        return taken

    async def _compute(self, taken: list[tuple[Sequence[Decomposition], asyncio.Future[Vectors]]]) -> None:
        assert self.embedder is not None
        everything = [item for items, _ in taken for item in items]
        metrics.EMBEDDER_BATCH.observe(len(everything))
        metrics.EMBEDDER_WAITING.set(sum(len(items) for items, _ in self._queue))
        try:
            vectors = await asyncio.to_thread(self.embedder.embed, everything)
        except Exception as error:  # noqa: BLE001 - the loop of a server: one bad batch must not end it
            log.exception("embedding failed")
            for _, future in taken:
                if not future.done():
                    future.set_exception(Unavailable(f"embedding failed: {error}"))
            return
        begin = 0
        for items, future in taken:
            if not future.done():
                future.set_result(vectors[begin : begin + len(items)])
            begin += len(items)
