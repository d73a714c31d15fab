"""The task queue: one Redis stream a stage, each with one consumer group.

A task is delivered at least once. Its entry leaves the group in the same atomic script that counts the item and puts it
on the next stream, so that a worker that dies at any moment leaves either the old entry or the new one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from redis.exceptions import ResponseError

from nar.errors import Overloaded
from services.runtime import scripts
from services.runtime.redis_connection import Client, translated
from services.runtime.tasks import DEAD_LETTERS, GROUP, Task, stream

_CHUNK = 100
_ALIVE_MILLISECONDS = 60_000


class StageQueue:
    """The stream of one stage: producer's side and upkeep. All methods raise Unavailable when Redis does not answer.

    Args:
        redis: where it is.
        stage: one of `services.runtime.tasks.STAGES`.
        max_backlog: tasks that may wait or run at a time.

    """

    def __init__(self, redis: Client, stage: str, *, max_backlog: int = 10_000) -> None:
        self._redis = redis
        self._stage = stage
        self._key = stream(stage)
        self._max_backlog = max_backlog
        self._publish = redis.register_script(scripts.PUBLISH)
        self._backlog = redis.register_script(scripts.BACKLOG)
        self._trim = redis.register_script(scripts.TRIM)

    async def create(self) -> None:
        """Makes stream and group if they are missing; the group begins at the first entry, so that none is skipped."""
        with translated():
            try:
                await self._redis.xgroup_create(self._key, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def publish(self, tasks: Sequence[Task], patience: float = 30.0) -> None:
        """Appends `tasks`; at a full queue it waits for room, in all `patience` seconds.

        Raises:
            Overloaded: there was no room in time; tasks before the one it names are queued.

        """
        deadline = time.monotonic() + patience
        chunk = min(_CHUNK, self._max_backlog)
        for start in range(0, len(tasks), chunk):
            args = [value for task in tasks[start : start + chunk] for value in task.to_entry()]
            pause = 0.02
            while not await self._try_publish(args):
                if time.monotonic() + pause > deadline:
                    raise Overloaded(
                        f"the queue of stage {self._stage!r} is full ({self._max_backlog} tasks), "
                        f"{start} of {len(tasks)} tasks were queued; try again later",
                        retry_after=5.0,
                    )
                await asyncio.sleep(pause)
                pause = min(2 * pause, 0.5)

    async def backlog(self) -> int:
        """Tasks that wait or run."""
        with translated():
            return int(await self._backlog(keys=[self._key]))

    async def workers(self) -> int:
        """Consumers that gave a sign of life within the last minute."""
        with translated():
            try:
                found = await self._redis.xinfo_consumers(self._key, GROUP)
            except ResponseError:
                # Neither stream nor group: no worker has ever been here.
                return 0
        return sum(row["idle"] < _ALIVE_MILLISECONDS for row in found)

    async def is_full(self) -> bool:
        """Whether there is no room for another task."""
        return await self.backlog() >= self._max_backlog

    async def trim(self) -> int:
        """Deletes the entries that every group has acknowledged, and only those; returns their number."""
        with translated():
            return int(await self._trim(keys=[self._key]))

    async def _try_publish(self, entries: Sequence[str]) -> bool:
        with translated():
            return bool(await self._publish(keys=[self._key], args=[self._max_backlog, *entries]))


async def dead_letters(redis: Client) -> int:
    """Tasks of all stages that were given up after too many deliveries."""
    with translated():
        return int(await redis.xlen(DEAD_LETTERS))
