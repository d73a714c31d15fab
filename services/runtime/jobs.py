"""Index jobs: their state and progress in Redis, by atomic steps that may be repeated."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nar.errors import FailedPrecondition, InvalidInput, NotFound
from services.runtime import scripts
from services.runtime.redis_connection import Client, translated
from services.runtime.telemetry import current_traceparent

KEEP_SECONDS = 30 * 24 * 3600
"""How long a job can be asked for after its end."""

INTAKE_SECONDS = 60
"""A job whose intake was silent for so long is cancelled: the server that took in its items is gone."""


class State(StrEnum):
    """Where a job is; all but RUNNING are terminal."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class JobState:
    """A job and how far it is; see protos/nar/v1/index.proto.

    Each item counts once in each number. Times are in seconds since 1970.
    """

    id: str
    collection: str
    state: State
    closed: bool
    total: int
    extracted: int
    mined: int
    embedded: int
    indexed: int
    failed: int
    duplicates: int
    created_at: float
    finished_at: float | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.state is not State.RUNNING


@dataclass(frozen=True)
class Failure:
    """Why one item is not in the index. `stage` is the one that gave up."""

    item: int
    source: str
    stage: str
    reason: str


class JobStore:
    """Jobs in one Redis. All methods raise Unavailable when it does not answer.

    An item is accepted, then advances stage by stage until it is indexed or failed; a terminal item never changes. When
    a closed job has only terminal items, the last stage gets one finish task (`Task.is_finish`), which ends the job.
    A job that is not closed lives by its intake: who asks for one whose intake has gone finds it cancelled.
    """

    def __init__(self, redis: Client, intake_seconds: float = INTAKE_SECONDS) -> None:
        self._redis = redis
        self._intake_milliseconds = int(intake_seconds * 1000)
        names = ["CREATE_JOB", "ACCEPT", "KEEP_OPEN", "CLOSE_JOB", "ADVANCE", "INDEX", "FAIL"]
        names += ["FINISH_JOB", "CANCEL_JOB", "ABANDON_JOB"]
        self._scripts = {name: redis.register_script(getattr(scripts, name)) for name in names}

    async def create(self, collection: str, idempotency_key: str = "") -> tuple[JobState, bool]:
        """A new job, or the one that was made with the same idempotency key; and whether it is new.

        A cancelled job does not count: its key makes a new one.
        """
        new = f"{int(time.time() * 1000):011x}{secrets.token_hex(5)}"
        job = await self._run("CREATE_JOB", new, collection, idempotency_key, current_traceparent())
        return await self.get(job), job == new

    async def accept(self, job: str, count: int = 1) -> int:
        """Adds `count` items, before their tasks are published; returns the number of the first.

        Raises:
            FailedPrecondition: the job is closed or terminal.

        """
        first = int(await self._run("ACCEPT", job, count, secrets.token_hex(8)))
        if first < 0:
            raise FailedPrecondition(f"job {job!r} takes no more items: it is closed, cancelled or unknown")
        return first

    async def keep_open(self, job: str) -> None:
        """Says that items are still coming, at least every INTAKE_SECONDS."""
        await self._run("KEEP_OPEN", job)

    async def close(self, job: str) -> None:
        """Says that no more items come."""
        await self._run("CLOSE_JOB", job)

    async def advance(self, job: str, item: int, stage: str) -> bool:
        """Counts the item at "extract", "mine" or "embed"; False when it counted there before or is terminal.

        `run_stage` does this for its handlers.
        """
        if stage not in ("extract", "mine", "embed"):
            raise InvalidInput(f"no item advances by stage {stage!r}", "stage")
        return bool(int(await self._run("ADVANCE", job, item, stage)))

    async def index(self, job: str, item: int, duplicate: bool = False) -> bool:
        """Marks the item as indexed; False when it is terminal already."""
        return bool(int(await self._run("INDEX", job, item, int(duplicate))))

    async def fail(self, job: str, item: int, source: str, stage: str, reason: str) -> bool:
        """Marks the item as failed; False when it is terminal already."""
        return bool(int(await self._run("FAIL", job, item, source, stage, reason)))

    async def finish(self, job: str) -> JobState:
        """Ends the job as succeeded; one that is terminal stays as it is.

        Raises:
            FailedPrecondition: some items are not terminal yet.
            NotFound: there is no such job.

        """
        if await self._run("FINISH_JOB", job, KEEP_SECONDS) == "open":
            raise FailedPrecondition(f"job {job!r} cannot finish: some of its items are still being processed")
        return await self.get(job)

    async def cancel(self, job: str) -> JobState:
        """Ends the job as cancelled: its tasks are dropped, what is indexed stays.

        Raises:
            FailedPrecondition: it has succeeded already.
            NotFound: there is no such job.

        """
        if await self._run("CANCEL_JOB", job, KEEP_SECONDS) == State.SUCCEEDED:
            raise FailedPrecondition(f"job {job!r} has finished and cannot be cancelled")
        return await self.get(job)

    async def is_cancelled(self, job: str) -> bool:
        """Whether tasks of the job are to be dropped: it is terminal or unknown."""
        return job in await self.dropped([job])

    async def dropped(self, jobs: Iterable[str]) -> set[str]:
        """Those of `jobs` whose tasks are to be dropped: terminal or unknown ones."""
        distinct = sorted(set(jobs))
        with translated():
            pipeline = self._redis.pipeline(transaction=False)
            for job in distinct:
                pipeline.hget(f"nar:job:{job}", "state")
            states = await pipeline.execute()
        return {job for job, state in zip(distinct, states, strict=True) if state != State.RUNNING}

    async def get(self, job: str) -> JobState:
        """The job.

        Raises:
            NotFound: there is no such job.

        """
        with translated():
            found = await self._redis.hgetall(f"nar:job:{job}")
        if found.get("state") == State.RUNNING and found["closed"] == "0":
            await self._run("ABANDON_JOB", job, KEEP_SECONDS, self._intake_milliseconds)
            with translated():
                found = await self._redis.hgetall(f"nar:job:{job}")
        if not found:
            raise NotFound(f"there is no index job {job!r}; jobs are kept for 30 days after their end")
        return _state(found)

    async def failures(self, job: str, offset: int = 0, limit: int = 100) -> list[Failure]:
        """The job's failures in the order of its items.

        Raises:
            NotFound: there is no such job.

        """
        await self.get(job)
        with translated():
            found = await self._redis.zrange(f"nar:job:{job}:failures", offset, offset + limit - 1)
        entries = (json.loads(text) for text in found)
        return [Failure(int(entry["item"]), entry["source"], entry["stage"], entry["reason"]) for entry in entries]

    async def page(self, offset: int = 0, limit: int = 20) -> list[JobState]:
        """Jobs from the newest on."""
        with translated():
            await self._forget_expired()
            ids = await self._redis.zrevrange("nar:jobs", offset, offset + limit - 1)
            pipeline = self._redis.pipeline(transaction=False)
            for job in ids:
                pipeline.hgetall(f"nar:job:{job}")
            return [_state(found) for found in await pipeline.execute() if found]

    async def _forget_expired(self) -> None:
        """Takes ids off the list whose hash has expired."""
        horizon = (time.time() - KEEP_SECONDS) * 1000
        old = await self._redis.zrangebyscore("nar:jobs", 0, horizon, start=0, num=100)
        for job in old:
            if not await self._redis.exists(f"nar:job:{job}"):
                await self._redis.zrem("nar:jobs", job)

    async def _run(self, script: str, *args: str | int) -> str:
        with translated():
            return str(await self._scripts[script](args=list(args)))


def _state(found: Mapping[str, str]) -> JobState:
    counters = ("total", "extracted", "mined", "embedded", "indexed", "failed", "duplicates")
    return JobState(
        id=found["id"],
        collection=found["collection"],
        state=State(found["state"]),
        closed=found["closed"] == "1",
        created_at=int(found["created_at"]) / 1000,
        finished_at=int(found["finished_at"]) / 1000 if "finished_at" in found else None,
        **{name: int(found[name]) for name in counters},
    )
