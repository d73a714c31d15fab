"""The queue against a real server: at least once, bounded, nothing lost, nothing counted twice.

Handlers run in this process, or in a process of their own where it is killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from valkey_process import ValkeyProcess

from nar.errors import InvalidInput, NarError, Overloaded, Unavailable
from services.runtime.delivery import Deliveries, Entry
from services.runtime.jobs import JobState, JobStore, State
from services.runtime.queue import StageQueue
from services.runtime.redis_connection import connect
from services.runtime.settings import ServiceSettings
from services.runtime.stage import work
from services.runtime.tasks import DEAD_LETTERS, GROUP, STAGES, Handler, Outcome, Task, stream

SLOW_WORKER = """
import asyncio, sys
from services.runtime.settings import ServiceSettings
from services.runtime.worker import run_stage, run_worker

async def handle(tasks):
    print("took", *(task.item for task in tasks), flush=True)
    await asyncio.sleep(600)

async def main(settings):
    await run_stage(sys.argv[1], handle, settings)

run_worker("test", main, ServiceSettings.parse(sys.argv[2:]))
"""


@pytest.fixture
def settings(redis_url: str) -> ServiceSettings:
    return ServiceSettings(redis_url=redis_url, reclaim_idle_seconds=0.6, max_deliveries=3, batch_size=4)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


async def pass_on(tasks: Sequence[Task]) -> Sequence[Outcome]:
    return [dict(task.fields) for task in tasks]


def finisher(redis: Redis) -> Handler:
    """What the last stage does, with nothing to write."""

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        for task in tasks:
            if task.is_finish:
                await JobStore(redis).finish(task.job)
        return [{} for _ in tasks]

    return handle


@asynccontextmanager
async def working(*stages: tuple[str, Handler], settings: ServiceSettings, batch: int = 4) -> AsyncIterator[None]:
    """Workers of the stages while it lasts; then they drain."""
    stop = asyncio.Event()
    running = [
        asyncio.create_task(work(stage, handler, settings, stop, batch=batch, concurrency=2))
        for stage, handler in stages
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*running)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


async def ended(redis: Redis, job: str) -> JobState:
    async def terminal() -> bool:
        return (await JobStore(redis).get(job)).is_terminal

    await until(terminal)
    return await JobStore(redis).get(job)


async def new_job(redis: Redis, settings: ServiceSettings, items: int, stage: str = "extract") -> str:
    """A closed job whose items wait at `stage`."""
    jobs, queue = JobStore(redis), StageQueue(redis, stage, max_backlog=settings.max_backlog)
    await queue.create()
    job = (await jobs.create("default"))[0].id
    assert await jobs.accept(job, items) == 0
    await queue.publish([Task(job, item, {"source": f"timm/m{item}"}) for item in range(items)])
    await jobs.close(job)
    return job


def all_stages(redis: Redis, handler: Handler = pass_on) -> list[tuple[str, Handler]]:
    return [("extract", handler), ("mine", pass_on), ("embed", pass_on), ("upsert", finisher(redis))]


async def test_a_job_goes_through_all_stages(redis: Redis, settings: ServiceSettings) -> None:
    job = await new_job(redis, settings, 150)
    async with working(*all_stages(redis), settings=settings):
        state = await ended(redis, job)
    assert state.state is State.SUCCEEDED
    assert (state.extracted, state.mined, state.embedded, state.indexed, state.failed) == (150, 150, 150, 150, 0)


async def test_a_bad_item_among_good_ones_fails_alone_and_at_once(redis: Redis, settings: ServiceSettings) -> None:
    seen: Counter[int] = Counter()

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        seen.update(task.item for task in tasks)
        return [InvalidInput("a cycle", "source") if task.item == 7 else dict(task.fields) for task in tasks]

    job = await new_job(redis, settings, 20)
    async with working(*all_stages(redis, handle), settings=settings):
        state = await ended(redis, job)
    assert (state.state, state.indexed, state.failed) == (State.SUCCEEDED, 19, 1)
    (failure,) = await JobStore(redis).failures(job)
    assert (failure.item, failure.source, failure.stage, failure.reason) == (7, "timm/m7", "extract", "a cycle")
    assert seen[7] == 1
    assert await redis.xlen(DEAD_LETTERS) == 0


@pytest.mark.parametrize("error", [InvalidInput("bad"), ValueError("a bug")], ids=["NarError", "bug"])
async def test_a_handler_that_raises_for_a_batch_fails_only_the_bad_item(
    redis: Redis, settings: ServiceSettings, error: Exception
) -> None:
    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        if any(task.item == 2 for task in tasks):
            raise error
        return await pass_on(tasks)

    job = await new_job(redis, settings, 8)
    async with working(*all_stages(redis, handle), settings=settings, batch=8):
        state = await ended(redis, job)
    assert (state.indexed, state.failed) == (7, 1)
    assert str(error) in (await JobStore(redis).failures(job))[0].reason


async def test_a_retryable_error_is_tried_again(redis: Redis, settings: ServiceSettings) -> None:
    tries: Counter[int] = Counter()

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        tries.update(task.item for task in tasks)
        return [
            Unavailable("not yet", retry_after=0.05) if tries[task.item] < 3 else dict(task.fields) for task in tasks
        ]

    job = await new_job(redis, settings, 5)
    async with working(*all_stages(redis, handle), settings=settings):
        state = await ended(redis, job)
    assert (state.indexed, state.failed) == (5, 0)
    assert set(tries.values()) == {3}


async def test_a_task_that_never_works_becomes_a_dead_letter_with_its_reason(
    redis: Redis, settings: ServiceSettings
) -> None:
    tries: Counter[int] = Counter()

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        tries.update(task.item for task in tasks)
        return [
            Unavailable("the store is down", retry_after=0.05) if task.item == 1 else dict(task.fields)
            for task in tasks
        ]

    job = await new_job(redis, settings, 3)
    async with working(*all_stages(redis, handle), settings=settings):
        state = await ended(redis, job)
    assert (state.indexed, state.failed) == (2, 1)
    assert tries == {0: 1, 1: settings.max_deliveries, 2: 1}
    ((_, letter),) = await redis.xrange(DEAD_LETTERS)
    assert {key: letter[key] for key in ("stage", "job", "item", "source", "reason", "deliveries")} == {
        "stage": "extract",
        "job": job,
        "item": "1",
        "source": "timm/m1",
        "reason": "the store is down",
        "deliveries": str(settings.max_deliveries),
    }


@asynccontextmanager
async def process(
    stage: str, settings: ServiceSettings, program: str = SLOW_WORKER
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process; by default its handler does not return."""
    flags = ["--redis-url", settings.redis_url, "--reclaim-idle-seconds", str(settings.reclaim_idle_seconds)]
    flags += ["--batch-size", str(settings.batch_size)]
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stage, *flags, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


async def took(worker: asyncio.subprocess.Process) -> set[int]:
    """The items that the worker says it took."""
    assert worker.stdout is not None
    line = (await asyncio.wait_for(worker.stdout.readline(), 30)).split()
    assert line[:1] == [b"took"]
    return {int(item) for item in line[1:]}


async def test_the_tasks_of_a_killed_worker_go_to_another_one(redis: Redis, settings: ServiceSettings) -> None:
    job = await new_job(redis, settings, 12)
    async with process("extract", settings) as worker:
        assert await took(worker) == {0, 1, 2, 3}
        os.kill(worker.pid, signal.SIGKILL)
    async with working(*all_stages(redis), settings=settings):
        state = await ended(redis, job)
    assert (state.state, state.indexed, state.failed) == (State.SUCCEEDED, 12, 0)


async def test_a_task_that_kills_every_worker_becomes_a_dead_letter(redis: Redis, settings: ServiceSettings) -> None:
    job = await new_job(redis, settings, 1)
    for _ in range(settings.max_deliveries):
        async with process("extract", settings) as worker:
            assert await took(worker) == {0}
            os.kill(worker.pid, signal.SIGKILL)
    async with working(*all_stages(redis), settings=settings):
        state = await ended(redis, job)
    assert (state.indexed, state.failed) == (0, 1)
    ((_, letter),) = await redis.xrange(DEAD_LETTERS)
    assert letter["reason"] == f"{settings.max_deliveries} workers took it and none of them came back"


async def test_a_task_that_takes_longer_than_the_idle_limit_runs_once(redis: Redis, settings: ServiceSettings) -> None:
    runs: Counter[int] = Counter()

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        runs.update(task.item for task in tasks)
        await asyncio.sleep(4 * settings.reclaim_idle_seconds)
        return await pass_on(tasks)

    job = await new_job(redis, settings, 2)
    stages = all_stages(redis, handle)
    async with working(*stages, ("extract", handle), settings=settings, batch=1):
        state = await ended(redis, job)
    assert state.indexed == 2
    assert runs == {0: 1, 1: 1}


async def test_a_task_that_two_workers_handle_counts_once(redis: Redis, settings: ServiceSettings) -> None:
    """A worker that was thought dead comes back with its result after another one has delivered the same."""
    job = await new_job(redis, settings, 1)
    entries = await redis.xreadgroup(GROUP, "slow", {stream("extract"): ">"})
    ((_, ((entry_id, _),)),) = entries.items() if isinstance(entries, dict) else entries
    async with working(("extract", pass_on), settings=settings):

        async def extracted() -> bool:
            return (await JobStore(redis).get(job)).extracted == 1

        await until(extracted)
    slow = Deliveries(redis, "extract", "slow", settings)
    await slow.settle(Entry(entry_id, Task(job, 0, {"source": "timm/m0"}), 1), {"source": "timm/m0"})
    assert (await JobStore(redis).get(job)).extracted == 1
    assert await redis.xlen(stream("mine")) == 1


async def test_producers_wait_for_room_and_then_are_refused(redis: Redis, settings: ServiceSettings) -> None:
    settings = settings.model_copy(update={"max_backlog": 10})
    queue = StageQueue(redis, "extract", max_backlog=10)
    await queue.create()
    job = (await JobStore(redis).create("default"))[0].id
    tasks = [Task(job, item) for item in range(25)]
    await JobStore(redis).accept(job, 25)
    with pytest.raises(Overloaded, match="the queue of stage 'extract' is full \\(10 tasks\\), 10 of 25 tasks"):
        await queue.publish(tasks, patience=0.1)
    assert await queue.backlog() == 10
    async with working(("extract", pass_on), settings=settings):
        await queue.publish(tasks[10:20], patience=20)
    assert await StageQueue(redis, "mine").backlog() >= 10


async def test_a_stage_stops_taking_when_the_next_one_has_no_room(redis: Redis, settings: ServiceSettings) -> None:
    settings = settings.model_copy(update={"max_backlog": 20})
    job = await new_job(redis, settings, 20)
    jobs = JobStore(redis)
    await jobs.get(job)
    queue = StageQueue(redis, "mine", max_backlog=20)
    other = (await jobs.create("default"))[0].id
    await jobs.accept(other, 20)
    await queue.publish([Task(other, item) for item in range(20)])
    async with working(("extract", pass_on), settings=settings):
        await asyncio.sleep(1.0)
        assert (await jobs.get(job)).extracted == 0
        async with working(("mine", pass_on), settings=settings):

            async def extracted() -> bool:
                return (await jobs.get(job)).extracted == 20

            await until(extracted)


async def test_trimming_deletes_only_what_every_group_has_acknowledged(redis: Redis, settings: ServiceSettings) -> None:
    await new_job(redis, settings, 10)
    queue, key = StageQueue(redis, "extract"), stream("extract")
    await redis.xgroup_create(key, "auditors", id="0")
    ids = [entry for entry, _ in await redis.xrange(key)]
    await redis.xreadgroup(GROUP, "worker", {key: ">"}, count=8)
    await redis.xack(key, GROUP, *ids[:3], *ids[4:8])
    assert await queue.trim() == 0
    await redis.xreadgroup("auditors", "auditor", {key: ">"}, count=10)
    await redis.xack(key, "auditors", *ids)
    assert await queue.trim() == 3
    assert [entry for entry, _ in await redis.xrange(key)] == ids[3:]
    await redis.xack(key, GROUP, ids[3])
    await queue.trim()
    assert [entry for entry, _ in await redis.xrange(key)] == ids[8:]
    (group,) = [group for group in await redis.xinfo_groups(key) if group["name"] == GROUP]
    assert (group["lag"], group["pending"]) == (2, 0)
    assert await queue.backlog() == 2


async def test_tasks_of_a_cancelled_job_are_dropped_and_its_writes_become_visible(
    redis: Redis, settings: ServiceSettings
) -> None:
    handled: list[int] = []

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        handled.extend(task.item for task in tasks)
        return await pass_on(tasks)

    cancelled, kept = await new_job(redis, settings, 10), await new_job(redis, settings, 3)
    await JobStore(redis).cancel(cancelled)
    finished: list[str] = []

    async def upsert(tasks: Sequence[Task]) -> Sequence[Outcome]:
        finished.extend(task.job for task in tasks if task.is_finish)
        return await finisher(redis)(tasks)

    async with working(*all_stages(redis, handle)[:3], ("upsert", upsert), settings=settings):
        await ended(redis, kept)
    assert sorted(handled) == [0, 1, 2]
    assert sorted(finished) == sorted([cancelled, kept])
    assert (await JobStore(redis).get(cancelled)).state is State.CANCELLED


async def test_a_finish_task_is_tried_until_it_succeeds(redis: Redis, settings: ServiceSettings) -> None:
    tries = 0

    async def upsert(tasks: Sequence[Task]) -> Sequence[Outcome]:
        nonlocal tries
        for task in tasks:
            if task.is_finish:
                tries += 1
                if tries <= settings.max_deliveries + 1:
                    raise NarError("cannot flush")
                await JobStore(redis).finish(task.job)
        return [{} for _ in tasks]

    job = await new_job(redis, settings, 2, "upsert")
    async with working(("upsert", upsert), settings=settings):
        state = await ended(redis, job)
    assert (state.state, state.indexed) == (State.SUCCEEDED, 2)
    assert tries == settings.max_deliveries + 2


async def test_a_malformed_entry_is_set_aside(redis: Redis, settings: ServiceSettings) -> None:
    job = await new_job(redis, settings, 1)
    await redis.xadd(stream("extract"), {"rubbish": "1"})
    async with working(*all_stages(redis), settings=settings):
        await ended(redis, job)

        async def set_aside() -> bool:
            return bool(await redis.xlen(DEAD_LETTERS)) and await StageQueue(redis, "extract").backlog() == 0

        await until(set_aside)


async def test_drained_workers_leave_nothing_behind(redis: Redis, settings: ServiceSettings) -> None:
    job = await new_job(redis, settings, 4)
    async with working(*all_stages(redis), settings=settings):
        await ended(redis, job)
    for stage in STAGES:
        assert await redis.xinfo_consumers(stream(stage), GROUP) == []


async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_in_hand(
    redis: Redis, settings: ServiceSettings
) -> None:
    job = await new_job(redis, settings, 2)
    program = SLOW_WORKER.replace("asyncio.sleep(600)", "asyncio.sleep(1.0)\n    return [{} for _ in tasks]")
    async with process("extract", settings.model_copy(update={"batch_size": 1}), program) as worker:
        assert await took(worker) == {0}
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), 30) == 0
    assert (await JobStore(redis).get(job)).extracted == 1
    assert await StageQueue(redis, "extract").backlog() == 1
    assert await redis.xinfo_consumers(stream("extract"), GROUP) == []


async def test_a_job_survives_a_killed_and_restarted_redis(valkey: ValkeyProcess) -> None:
    settings = ServiceSettings(redis_url=valkey.url, reclaim_idle_seconds=0.6)
    redis = connect(valkey.url)

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        await asyncio.sleep(0.05)
        return await pass_on(tasks)

    job = await new_job(redis, settings, 60)
    async with working(*all_stages(redis, handle), settings=settings):
        await asyncio.sleep(0.3)
        valkey.kill()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(valkey.start)
        state = await ended(redis, job)
    assert (state.state, state.extracted, state.indexed, state.failed) == (State.SUCCEEDED, 60, 60, 0)
    await redis.aclose()
