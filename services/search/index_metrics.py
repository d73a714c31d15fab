"""Numbers of the index and its queue that no single call tells: sampled by the front door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nar.errors import Unavailable
from services.runtime import metrics
from services.runtime.telemetry import log

_SECONDS = 5.0


class IndexObserver:
    """Samples at intervals.

    Args:
        rows: model version and number of rows of the live index.
        queues: sets the metrics of the queue.
    """

    def __init__(self, rows: Callable[[], Awaitable[tuple[str, int]]], queues: Callable[[], Awaitable[None]]) -> None:
        self._rows = rows
        self._queues = queues

    async def run(self) -> None:
        """Samples until it is cancelled; what does not answer keeps its last numbers."""
        while True:
            for sample in (self._queues, self.observe_rows):
                try:
                    await sample()
                except Unavailable as error:
                    log.warning("no sample for the metrics", reason=str(error))
            await asyncio.sleep(_SECONDS)

    async def observe_rows(self) -> None:
        """Sets the size of the live index; another version that was live before is forgotten."""
        version, rows = await self._rows()
        metrics.INDEX_ROWS.clear()
        if version:
            metrics.INDEX_ROWS.labels(version).set(rows)
