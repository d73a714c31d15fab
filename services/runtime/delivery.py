"""What happens to a delivered queue entry: heartbeat while it is handled, then completion, another try, or refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from nar.errors import NarError, Retryable, Unavailable
from services.runtime import metrics, scripts
from services.runtime.redis_connection import Client, translated
from services.runtime.settings import ServiceSettings
from services.runtime.tasks import GROUP, Outcome, Task, stream
from services.runtime.telemetry import log, trace_ids

MAX_UNEXPECTED = 3
"""Times that a task is tried whose handler raises what it should not: a bug rarely goes away."""


class UnexpectedError(Retryable):
    """A handler raised something that is no NarError."""


@dataclass(frozen=True)
class Entry:
    """A delivered stream entry; `deliveries` counts this one too."""

    id: str
    task: Task
    deliveries: int


class Deliveries:
    """The entries of one stage that one consumer was given."""

    def __init__(self, redis: Client, stage: str, consumer: str, settings: ServiceSettings) -> None:
        self._redis = redis
        self._stage = stage
        self._consumer = consumer
        self._settings = settings
        self._idle = settings.reclaim_idle_seconds
        self._heartbeat = redis.register_script(scripts.HEARTBEAT)
        self._postpone = redis.register_script(scripts.POSTPONE)
        self._complete = redis.register_script(scripts.COMPLETE)
        self._refuse = redis.register_script(scripts.REFUSE)

    @asynccontextmanager
    async def kept_alive(self, entries: Sequence[Entry]) -> AsyncIterator[None]:
        """Gives a sign of life for `entries` every third of the idle limit while it lasts."""
        beating = asyncio.create_task(self._beat([entry.id for entry in entries]))
        try:
            yield
        finally:
            beating.cancel()

    async def settle(self, entry: Entry, outcome: Outcome) -> float:
        """Acts on what the handler said; returns the seconds until the task is tried again, 0 when it is not."""
        if not isinstance(outcome, NarError):
            await self._finish(entry, dict(outcome))
            return 0.0
        if entry.task.is_finish or (isinstance(outcome, Retryable) and entry.deliveries < self._tries(outcome)):
            return await self.postpone(entry, outcome)
        await self.refuse(entry, str(outcome), dead=isinstance(outcome, Retryable))
        return 0.0

    async def postpone(self, entry: Entry, error: NarError) -> float:
        """Leaves the entry for another try after a delay that doubles each time, up to the idle limit; the delay."""
        first = error.retry_after if isinstance(error, Retryable) else 1.0
        delay = min(first * 2.0 ** min(entry.deliveries - 1, 16), self._idle)
        idle = int((self._idle - delay) * 1000)
        with translated():
            await self._postpone(keys=[stream(self._stage)], args=[GROUP, self._consumer, entry.id, idle])
        metrics.QUEUE_RETRIES.labels(self._stage).inc()
        log.warning("task is tried again", seconds=round(delay, 1), reason=str(error), **describe(entry))
        return delay

    async def refuse(self, entry: Entry, reason: str, *, dead: bool) -> None:
        """Acknowledges the entry and marks its item as failed; `dead` keeps it among the dead letters as well."""
        task = entry.task
        fields = json.dumps(dict(task.fields))
        args: list[str | int] = [
            GROUP,
            entry.id,
            task.job,
            task.item,
            self._stage,
            fields,
            task.source,
            reason,
            entry.deliveries,
            int(dead),
        ]
        with translated():
            await self._refuse(keys=[stream(self._stage)], args=args)
        metrics.QUEUE_TASKS.labels(self._stage, "failed").inc()
        if dead:
            metrics.QUEUE_DEAD_LETTERS.labels(self._stage).inc()
        log.error("task failed", dead_letter=dead, reason=reason, **describe(entry))

    async def drop(self, ids: Sequence[str]) -> None:
        """Acknowledges entries without any effect."""
        if ids:
            with translated():
                await self._redis.xack(stream(self._stage), GROUP, *ids)
            metrics.QUEUE_TASKS.labels(self._stage, "dropped").inc(len(ids))

    async def _finish(self, entry: Entry, fields: dict[str, str]) -> None:
        task = entry.task
        duplicate = int(fields.get("duplicate", "") in ("1", "true", "True"))
        text = json.dumps(fields)
        args: list[str | int] = [GROUP, entry.id, task.job, task.item, self._stage, text, task.traceparent, duplicate]
        with translated():
            await self._complete(keys=[stream(self._stage)], args=args)
        metrics.QUEUE_TASKS.labels(self._stage, "done").inc()

    def _tries(self, error: Retryable) -> int:
        most = self._settings.max_deliveries
        return min(most, MAX_UNEXPECTED) if isinstance(error, UnexpectedError) else most

    async def _beat(self, ids: Sequence[str]) -> None:
        while True:
            await asyncio.sleep(self._idle / 3)
            try:
                with translated():
                    await self._heartbeat(keys=[stream(self._stage)], args=[GROUP, self._consumer, *ids])
            except Unavailable as error:
                log.warning("no heartbeat", reason=str(error))


def describe(entry: Entry) -> dict[str, object]:
    """What identifies the entry in a log."""
    task = entry.task
    ids: dict[str, object] = {"job": task.job, "item": task.item, "source": task.source}
    return {**ids, "deliveries": entry.deliveries, **trace_ids(task.traceparent)}
