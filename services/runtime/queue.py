"""The task queue: one Redis stream a stage, each with one consumer group.

A task is delivered at least once. Its entry leaves the group in the same atomic script that counts the item and puts it
on the next stream, so that a worker that dies at any moment leaves either the old entry or the new one.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from nar.errors import InvalidInput, NarError, Overloaded
from services.runtime import scripts
from services.runtime.redis_connection import reporting_unavailable
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import current_traceparent

STAGES = ("extract", "mine", "embed", "upsert")
GROUP = "workers"
DEAD_LETTERS = "nar:dead"
FINISH_ITEM = -1
"""Item number of the task {"kind": "finish"} that the last stage gets once all items of a job are terminal."""

Outcome = Mapping[str, str] | NarError
"""What a handler says about one task: the fields of the next stage's task, or why it failed."""

_CHUNK = 100


@dataclass(frozen=True)
class Task:
    """One item of a job at one stage. `fields` hold references (names, blob keys, fingerprints), never payloads."""

    job: str
    item: int
    fields: Mapping[str, str] = field(default_factory=dict)
    traceparent: str = ""

    @property
    def is_finish(self) -> bool:
        """Whether it asks the last stage to make the job's writes visible and to finish the job."""
        return self.item == FINISH_ITEM

    def to_entry(self) -> list[str]:
        """Values of the stream entry, in the order of `scripts.ENTRY`."""
        return [self.job, str(self.item), json.dumps(dict(self.fields)), self.traceparent or current_traceparent()]

    @classmethod
    def from_entry(cls, entry: Mapping[str, str]) -> Self:
        """The task of a stream entry.

        Raises:
            InvalidInput: it is none.

        """
        try:
            fields = json.loads(entry["fields"])
            return cls(entry["job"], int(entry["item"]), {str(k): str(v) for k, v in fields.items()}, entry["trace"])
        except (KeyError, ValueError, AttributeError) as error:
            raise InvalidInput(f"malformed queue entry {dict(entry)!r:.500}: {error!r}") from error


def stream(stage: str) -> str:
    """Key of the stage's stream.

    Raises:
        InvalidInput: there is no such stage.

    """
    if stage not in STAGES:
        raise InvalidInput(f"there is no stage {stage!r}; there are {', '.join(STAGES)}", "stage")
    return f"nar:{stage}"


def next_stage(stage: str) -> str:
    """The stage after `stage`, "" after the last."""
    return (*STAGES, "")[STAGES.index(stage) + 1]


class Queue:
    """Producer's side of the streams, and their upkeep. All methods raise Unavailable when Redis does not answer."""

    def __init__(self, redis: Redis, settings: ServiceSettings) -> None:
        self._redis = redis
        self._settings = settings
        self._publish = redis.register_script(scripts.PUBLISH)
        self._backlog = redis.register_script(scripts.BACKLOG)
        self._trim = redis.register_script(scripts.TRIM)

    async def ensure_groups(self) -> None:
        """Makes streams and groups where they are missing; groups begin at the first entry, so that none is skipped."""
        with reporting_unavailable():
            for stage in STAGES:
                try:
                    await self._redis.xgroup_create(stream(stage), GROUP, id="0", mkstream=True)
                except ResponseError as error:
                    if "BUSYGROUP" not in str(error):
                        raise

    async def publish(self, stage: str, tasks: Sequence[Task], wait_seconds: float | None = None) -> None:
        """Appends `tasks`; at a full queue it waits for room, in all `wait_seconds` (default: the setting).

        Raises:
            Overloaded: there was no room in time; tasks before the one it names are queued.

        """
        limit = self._settings.publish_wait_seconds if wait_seconds is None else wait_seconds
        deadline = time.monotonic() + limit
        chunk = min(_CHUNK, self._settings.max_backlog)
        for start in range(0, len(tasks), chunk):
            args = [value for task in tasks[start : start + chunk] for value in task.to_entry()]
            pause = 0.02
            while not await self._try_publish(stage, args):
                if time.monotonic() + pause > deadline:
                    raise Overloaded(
                        f"the queue of stage {stage!r} is full ({self._settings.max_backlog} tasks), "
                        f"{start} of {len(tasks)} tasks were queued; try again later",
                        retry_after=5.0,
                    )
                await asyncio.sleep(pause)
                pause = min(2 * pause, 0.5)

    async def backlog(self, stage: str) -> int:
        """Tasks of the stage that wait or run."""
        with reporting_unavailable():
            return int(await self._backlog(keys=[stream(stage)]))

    async def trim(self, stage: str) -> int:
        """Deletes the entries that every group has acknowledged, and only those; returns their number."""
        with reporting_unavailable():
            return int(await self._trim(keys=[stream(stage)]))

    async def _try_publish(self, stage: str, entries: Sequence[str]) -> bool:
        with reporting_unavailable():
            return bool(await self._publish(keys=[stream(stage)], args=[self._settings.max_backlog, *entries]))
