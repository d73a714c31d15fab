"""Coalesces concurrent requests into one pass through a model."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Decomposition
from nar.errors import Overloaded, Unavailable
from services.embedder.embedder import Embedder
from services.runtime import metrics
from services.runtime.telemetry import log

Vectors = NDArray[np.float32]


def nodes(decomposition: Decomposition) -> int:
    """What a graph adds to a batch: ops of its distinct motifs and motif instances."""
    return sum(len(motif.graph) for motif in decomposition.motifs) + len(decomposition.instance_motif)


@dataclass(frozen=True)
class _Request:
    """Graphs of one caller, their nodes in all, and where their vectors are waited for."""

    items: Sequence[Decomposition]
    nodes: int
    vectors: asyncio.Future[Vectors]


Report = Callable[[int, int], None]
"""Told of each batch: its graphs, and those that wait meanwhile."""


def measured(graphs: int, waiting: int) -> None:
    """Puts a batch into the metrics of this process."""
    metrics.EMBEDDER_BATCH.observe(graphs)
    metrics.EMBEDDER_WAITING.set(waiting)


class Batcher:
    """Everything that waits while a batch is computed goes into the next one; a lone request waits for nobody.

    Args:
        embedder: what computes.
        max_nodes: nodes in one batch; a larger request is a batch of its own.
        max_waiting: nodes that wait; more are refused.
        report: told of each batch.
    """

    def __init__(self, embedder: Embedder, max_nodes: int, max_waiting: int, report: Report = measured) -> None:
        self.embedder = embedder
        self._max_nodes = max_nodes
        self._max_waiting = max_waiting
        self._report = report
        self._queue: deque[_Request] = deque()
        self._waiting = 0
        self._running: asyncio.Task[None] | None = None

    async def embed(self, decompositions: Sequence[Decomposition]) -> Vectors:
        """(N, dimensions) vectors of `decompositions`.

        Raises:
            Overloaded: too much waits already.
            Unavailable: the model failed.
        """
        size = sum(map(nodes, decompositions))
        if self._queue and self._waiting + size > self._max_waiting:
            raise Overloaded(f"{len(self._queue)} requests are waiting to be embedded", retry_after=1.0)
        request = _Request(decompositions, size, asyncio.get_running_loop().create_future())
        self._queue.append(request)
        self._waiting += size
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return await request.vectors

    async def _drain(self) -> None:
        """Computes batch after batch until nothing waits."""
        while self._queue:
            batch = self._take()
            if batch:
                await self._compute(batch)

    def _take(self) -> list[_Request]:
        """Requests for one batch; those whose caller has gone are dropped."""
        taken: list[_Request] = []
        total = 0
        while self._queue and (not taken or total + self._queue[0].nodes <= self._max_nodes):
            request = self._queue.popleft()
            self._waiting -= request.nodes
            if not request.vectors.done():
                taken.append(request)
                total += request.nodes
        return taken

    async def _compute(self, batch: Sequence[_Request]) -> None:
        everything = [item for request in batch for item in request.items]
        self._report(len(everything), sum(len(request.items) for request in self._queue))
        try:
            vectors = await asyncio.to_thread(self.embedder.embed, everything)
        except Exception as error:  # noqa: BLE001 - the loop of a server: one bad batch must not end it
            log.exception("embedding failed")
            for request in batch:
                if not request.vectors.done():
                    request.vectors.set_exception(Unavailable(f"embedding failed: {error}"))
            return
        begin = 0
        for request in batch:
            if not request.vectors.done():
                request.vectors.set_result(vectors[begin : begin + len(request.items)])
            begin += len(request.items)
