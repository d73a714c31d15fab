"""The loop of a worker: takes tasks of one stage, hands them to the handler, and does with them what it says."""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence

import structlog
from redis.exceptions import ResponseError

from nar.errors import InvalidInput, NarError, Retryable, Unavailable
from services.runtime import scripts
from services.runtime.delivery import Deliveries, Entry, UnexpectedError
from services.runtime.jobs import JobStore
from services.runtime.queue import StageQueue
from services.runtime.queue_metrics import observe_stage
from services.runtime.redis_connection import Client, connect, translated
from services.runtime.settings import ServiceSettings
from services.runtime.task_spans import handling, task_spans
from services.runtime.tasks import GROUP, Handler, Outcome, Task, next_stage, stream

log = structlog.get_logger()

_POLL_SECONDS = 0.5
_UPKEEP_SECONDS = 2.0
_CANCELLATIONS = 5
_CANCEL_SECONDS = 2.0
_FORGET_SECONDS = 3600.0


async def work(
    stage: str,
    handler: Handler,
    settings: ServiceSettings,
    stop: asyncio.Event,
    *,
    batch: int = 1,
    concurrency: int = 1,
) -> None:
    """Works on a stage until `stop` is set, then finishes the tasks in hand; see `run_stage` of worker.py."""
    redis = connect(settings.redis_url)
    try:
        await _Stage(redis, stage, handler, settings, batch, stop).run(concurrency)
    finally:
        await redis.aclose()


class _Stage:
    """One consumer of one stage; its lanes take and handle entries independently of each other."""

    def __init__(
        self, redis: Client, stage: str, handler: Handler, settings: ServiceSettings, batch: int, stop: asyncio.Event
    ) -> None:
        self._redis = redis
        self._stage = stage
        self._handler = handler
        self._settings = settings
        self._batch = batch
        self._stop = stop
        self._consumer = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        following = next_stage(stage)
        self._queue = StageQueue(redis, stage)
        self._next = StageQueue(redis, following, max_backlog=settings.max_backlog) if following else None
        self._jobs = JobStore(redis)
        self._deliveries = Deliveries(redis, stage, self._consumer, settings)
        self._forget = redis.register_script(scripts.FORGET_CONSUMERS)
        self._cursor = "0-0"
        self._reclaimed_at = 0.0

    async def run(self, concurrency: int) -> None:
        """Runs the lanes; after `stop` they get the drain time, and what is left is left to other workers."""
        lanes = [asyncio.create_task(self._lane()) for _ in range(concurrency)]
        upkeep = asyncio.create_task(self._upkeep())
        try:
            log.info("working", stage=self._stage, consumer=self._consumer, lanes=concurrency, batch=self._batch)
            stopping = asyncio.create_task(self._stop.wait())
            done, _ = await asyncio.wait((stopping, *lanes), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            # A lane that ends untold met an error that it could not even log: better no worker than a deaf one.
            for lane in done - {stopping}:
                lane.result()
            log.info("draining", drain_seconds=self._settings.drain_seconds)
            await asyncio.wait(lanes, timeout=self._settings.drain_seconds)
        finally:
            await _end({*lanes, upkeep})
        await self._leave()
        log.info("stopped")

    async def _lane(self) -> None:
        """Takes and handles entries until told to stop. Outermost: whatever goes wrong here must not end the worker."""
        while not self._stop.is_set():
            try:
                entries = await self._take()
                pause = await self._handle(entries) if entries else 0.0
            except NarError as error:
                log.warning("the queue is not reachable", reason=str(error))
                pause = 1.0
            except Exception as error:
                log.exception("the worker's loop failed", exc_info=error)
                pause = 1.0
            if pause:
                await self._sleep(pause)

    async def _take(self) -> list[Entry]:
        """Entries that nobody works on any more, otherwise new ones; none when there are none or must be none."""
        try:
            with translated():
                return await self._reclaim() or await self._read()
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._create_queues()
            return []

    async def _reclaim(self) -> list[Entry]:
        """Entries whose idle time is over: of dead workers, or postponed. The cursor goes round, so none is missed."""
        if time.monotonic() - self._reclaimed_at < min(_POLL_SECONDS, self._settings.reclaim_idle_seconds / 3):
            return []
        self._reclaimed_at = time.monotonic()
        idle = int(self._settings.reclaim_idle_seconds * 1000)
        found = await self._redis.xautoclaim(
            stream(self._stage), GROUP, self._consumer, idle, start_id=self._cursor, count=self._batch
        )
        self._cursor = found[0]
        if not found[1]:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        for entry_id, _ in found[1]:
            pipeline.xpending_range(stream(self._stage), GROUP, entry_id, entry_id, 1)
        pending = await pipeline.execute()
        deliveries = {row["message_id"]: int(row["times_delivered"]) for rows in pending for row in rows}
        entries = await self._parse(found[1], deliveries)
        log.info("reclaimed", entries=len(entries))
        return [entry for entry in entries if not await self._refuse_exhausted(entry)]

    async def _refuse_exhausted(self, entry: Entry) -> bool:
        """Refuses an entry that was delivered too often without any answer: it seems to kill its workers."""
        if entry.task.is_finish or entry.deliveries <= self._settings.max_deliveries:
            return False
        tries = entry.deliveries - 1
        await self._deliveries.refuse(entry, f"{tries} workers took it and none of them came back", dead=True)
        return True

    async def _read(self) -> list[Entry]:
        """New entries, unless the next stage has no room for their results."""
        if self._next is not None and await self._next.is_full():
            await self._sleep(_POLL_SECONDS)
            return []
        found = await self._redis.xreadgroup(
            GROUP, self._consumer, {stream(self._stage): ">"}, count=self._batch, block=int(_POLL_SECONDS * 1000)
        )
        rows = [row for _, rows in (found.items() if isinstance(found, dict) else found) for row in rows]
        return await self._parse(rows, {})

    async def _parse(self, rows: Iterable[tuple[str, Mapping[str, str]]], deliveries: Mapping[str, int]) -> list[Entry]:
        entries = []
        for entry_id, fields in rows:
            try:
                entries.append(Entry(entry_id, Task.from_entry(fields), deliveries.get(entry_id, 1)))
            except InvalidInput as error:
                await self._deliveries.refuse(Entry(entry_id, Task("", 0), 1), str(error), dead=True)
        return entries

    async def _create_queues(self) -> None:
        for queue in (self._queue, self._next):
            if queue is not None:
                await queue.create()

    async def _handle(self, entries: Sequence[Entry]) -> float:
        """Runs the handler and settles each entry; returns for how long this lane should pause."""
        async with self._deliveries.kept_alive(entries):
            gone = await self._jobs.dropped(entry.task.job for entry in entries)
            wanted = [entry for entry in entries if entry.task.is_finish or entry.task.job not in gone]
            kept = {entry.id for entry in wanted}
            await self._deliveries.drop([entry.id for entry in entries if entry.id not in kept])
            delays = await self._work_on(wanted) if wanted else []
        # When nothing works, a backend is down: the other tasks would only use up their deliveries.
        return min(delays) if delays and all(delays) else 0.0

    async def _work_on(self, entries: Sequence[Entry]) -> list[float]:
        """Handles and settles entries; the delays after which they are tried again, 0 for those that are not."""
        with task_spans(self._stage, entries) as traced:
            outcomes = await self._ask(traced.entries)
            traced.tell(outcomes)
            settled = zip(traced.entries, outcomes, strict=True)
            return [await self._deliveries.settle(entry, outcome) for entry, outcome in settled]

    async def _ask(self, entries: Sequence[Entry]) -> list[Outcome]:
        """The handler's outcomes. Where it raises for several tasks, it is asked again for each."""
        outcome = await self._call([entry.task for entry in entries])
        if not isinstance(outcome, NarError):
            return outcome
        if len(entries) == 1 or isinstance(outcome, Unavailable):
            return [outcome for _ in entries]
        return [result for entry in entries for result in await self._ask([entry])]

    async def _call(self, tasks: Sequence[Task]) -> list[Outcome] | NarError:
        """One call of the handler. Outermost: an error that it should not raise must not end the worker."""
        with handling(self._stage, tasks):
            try:
                outcomes = list(await self._handler(tasks))
            except NarError as error:
                return error
            except Exception as error:
                log.exception("the handler failed unexpectedly", exc_info=error)
                return UnexpectedError(f"internal error of stage {self._stage!r}: {type(error).__name__}: {error}")
            if len(outcomes) != len(tasks):
                return UnexpectedError(f"stage {self._stage!r} gave {len(outcomes)} outcomes for {len(tasks)} tasks")
            return outcomes

    async def _upkeep(self) -> None:
        """Trims the stream and forgets consumers that have gone. Outermost, as `_lane` is."""
        while True:
            await asyncio.sleep(_UPKEEP_SECONDS)
            try:
                await self._queue.trim()
                if self._settings.metrics_port:
                    await observe_stage(self._redis, self._stage)
                with translated():
                    await self._forget(keys=[stream(self._stage)], args=[GROUP, int(_FORGET_SECONDS * 1000)])
            except (NarError, ResponseError) as error:
                log.warning("upkeep of the queue failed", reason=str(error))

    async def _leave(self) -> None:
        """Takes this consumer off the group, if it leaves nothing behind."""
        try:
            with translated():
                for row in await self._redis.xinfo_consumers(stream(self._stage), GROUP):
                    if row["name"] == self._consumer and row["pending"] == 0:
                        await self._redis.xgroup_delconsumer(stream(self._stage), GROUP, self._consumer)
        except (Retryable, ResponseError) as error:
            log.warning("could not leave the queue", reason=str(error))

    async def _sleep(self, seconds: float) -> None:
        """Sleeps, but not beyond `stop`."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancels `tasks` and waits for their end; a client that is reconnecting can swallow a cancellation."""
    for _ in range(_CANCELLATIONS):
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)
        if not tasks:
            return
    log.warning("tasks did not end", tasks=len(tasks))
