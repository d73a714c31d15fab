"""Workers by the length of their queue: the rendered ScaledObjects, the real lag of real streams, real worker loops.

Only time is not real: a step is one polling interval, in which each worker does a fixed number of tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from keda_model import Scaler
from redis.asyncio import Redis

from deploy.check.objects import Object, of_kind
from deploy.check.rendering import K8S, compose
from services.runtime.jobs import JobStore, State
from services.runtime.queue import StageQueue
from services.runtime.redis_connection import connect
from services.runtime.settings import ServiceSettings
from services.runtime.stage import work
from services.runtime.tasks import GROUP, STAGES, Outcome, Task, stream
from services.search.settings import SearchSettings

WORKER = {"extract": "extractor", "mine": "motif-miner", "embed": "embedder", "upsert": "search"}
LANES = {"extract": 2, "mine": 1, "embed": 1, "upsert": 1}
BATCH = {"extract": 1, "mine": 1, "embed": 64, "upsert": SearchSettings().upsert_batch}
TASKS_A_STEP = {"extract": 6, "mine": 40, "embed": 400, "upsert": 1000}
MOST_STEPS = 120


@pytest.fixture(scope="module")
def scaled_objects() -> dict[str, Object]:
    """The ScaledObject of each stage, as the component `keda` renders it."""
    found = {
        thing["spec"]["scaleTargetRef"]["name"]: thing
        for thing in of_kind(compose(K8S / "base", [K8S / "components" / "keda"]), "ScaledObject")
    }
    return {stage: found[f"{worker}-worker"] for stage, worker in WORKER.items()}


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


class Fleet:
    """The workers of one stage; they do as many tasks as they are permitted."""

    def __init__(self, stage: str, redis: Redis, settings: ServiceSettings) -> None:
        self.stage = stage
        self._redis = redis
        self._settings = settings
        self._permits = asyncio.Semaphore(0)
        self._workers: list[tuple[asyncio.Task[None], asyncio.Event]] = []
        self.sizes: list[int] = []

    async def scale(self, replicas: int) -> None:
        """Starts workers, or lets some finish what they have in hand."""
        while len(self._workers) < replicas:
            stop = asyncio.Event()
            run = work(
                self.stage, self._handle, self._settings, stop, batch=BATCH[self.stage], concurrency=LANES[self.stage]
            )
            self._workers.append((asyncio.create_task(run), stop))
        leaving = [self._workers.pop() for _ in range(len(self._workers) - replicas)]
        for _, stop in leaving:
            stop.set()
        while not all(task.done() for task, _ in leaving):
            self._permits.release()
            await asyncio.sleep(0.01)
        self.sizes.append(replicas)

    async def permit(self) -> None:
        """Permits what all workers do in a step; what was permitted before and not done is forgotten."""
        while not self._permits.locked():
            await self._permits.acquire()
        for _ in range(len(self._workers) * TASKS_A_STEP[self.stage]):
            self._permits.release()

    async def is_settled(self) -> bool:
        """Whether nothing more happens in this step."""
        waiting, in_hand = await backlog(self._redis, self.stage)
        return not self._workers or self._permits.locked() or waiting + in_hand == 0

    async def _handle(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        for task in tasks:
            if task.is_finish:
                await JobStore(self._redis).finish(task.job)
            else:
                await self._permits.acquire()
        return [dict(task.fields) for task in tasks]


class Cluster:
    """A fleet and a scaler for each stage."""

    def __init__(self, scaled_objects: dict[str, Any], redis: Redis, settings: ServiceSettings) -> None:
        self._redis = redis
        self.scalers = {stage: Scaler(thing, redis) for stage, thing in scaled_objects.items()}
        self.fleets = {stage: Fleet(stage, redis, settings) for stage in scaled_objects}
        self._now = 0.0

    async def step(self) -> None:
        """One polling interval."""
        for stage, scaler in self.scalers.items():
            await self.fleets[stage].scale(await scaler.step(self._now))
            await self.fleets[stage].permit()
        self._now += max(scaler.interval for scaler in self.scalers.values())
        async with asyncio.timeout(60):
            while not all([await fleet.is_settled() for fleet in self.fleets.values()]):
                await asyncio.sleep(0.02)

    async def run(self) -> None:
        """Steps until no worker is left, after the first ones came."""
        for _ in range(MOST_STEPS):
            await self.step()
            if not any(scaler.replicas for scaler in self.scalers.values()):
                return
        raise AssertionError(f"workers after {MOST_STEPS} steps: {self.sizes()}")

    def sizes(self) -> dict[str, list[int]]:
        return {stage: fleet.sizes for stage, fleet in self.fleets.items()}


async def backlog(redis: Redis, stage: str) -> tuple[int, int]:
    """Entries that wait, and entries in hand."""
    if not await redis.exists(stream(stage)):
        return 0, 0
    (group,) = await redis.xinfo_groups(stream(stage))
    return group["lag"], group["pending"]


async def new_job(redis: Redis, items: int) -> str:
    """A closed job as the search service makes it: nobody has made a stream or a group."""
    jobs, queue = JobStore(redis), StageQueue(redis, "extract")
    job = (await jobs.create("default"))[0].id
    assert await jobs.accept(job, items) == 0
    await queue.publish([Task(job, item, {"source": f"timm/m{item}"}) for item in range(items)])
    await jobs.close(job)
    return job


async def test_workers_rise_with_a_bulk_job_fall_and_reach_zero_with_nothing_left(
    scaled_objects: dict[str, Object], redis: Redis, redis_url: str
) -> None:
    job = await new_job(redis, 800)
    cluster = Cluster(scaled_objects, redis, ServiceSettings(redis_url=redis_url))
    await cluster.run()
    state = await JobStore(redis).get(job)
    assert (state.state, state.indexed, state.failed) == (State.SUCCEEDED, 800, 0)
    assert [await backlog(redis, stage) for stage in STAGES] == [(0, 0)] * 4
    for stage, sizes in cluster.sizes().items():
        most = scaled_objects[stage]["spec"]["maxReplicaCount"]
        assert 1 <= max(sizes) <= most
        assert sizes[-1] == 0
    extract = cluster.sizes()["extract"]
    peak = extract.index(max(extract))
    assert max(extract) >= 10
    assert extract[:peak] == sorted(extract[:peak])
    assert extract[peak:] == sorted(extract[peak:], reverse=True)
    assert any(0 < size < max(extract) for size in extract[peak:])


async def test_a_single_entry_wakes_every_stage_though_no_group_was_ever_made(
    scaled_objects: dict[str, Object], redis: Redis, redis_url: str
) -> None:
    job = await new_job(redis, 1)
    cluster = Cluster(scaled_objects, redis, ServiceSettings(redis_url=redis_url))
    await cluster.run()
    assert (await JobStore(redis).get(job)).state is State.SUCCEEDED
    assert all(max(sizes) == 1 for sizes in cluster.sizes().values())


async def test_an_activation_of_one_would_leave_a_single_entry_waiting(
    scaled_objects: dict[str, Object], redis: Redis
) -> None:
    await new_job(redis, 1)
    assert await Scaler(scaled_objects["extract"], redis).step(0.0) == 1
    trapped = Scaler(with_activation(scaled_objects["extract"], "1"), redis)
    assert [await trapped.step(float(now)) for now in range(0, 100, 10)] == [0] * 10


async def test_what_a_worker_left_behind_wakes_another_one(
    scaled_objects: dict[str, Object], redis: Redis, redis_url: str
) -> None:
    job = await new_job(redis, 1)
    await redis.xreadgroup(GROUP, "killed", {stream("extract"): ">"}, count=1)
    assert await backlog(redis, "extract") == (0, 1)
    by_lag_alone = {**scaled_objects["extract"]["spec"], "triggers": scaled_objects["extract"]["spec"]["triggers"][:1]}
    assert await Scaler({"spec": by_lag_alone}, redis).step(0.0) == 0
    cluster = Cluster(scaled_objects, redis, ServiceSettings(redis_url=redis_url, reclaim_idle_seconds=0.5))
    await cluster.run()
    assert (await JobStore(redis).get(job)).state is State.SUCCEEDED


def with_activation(scaled_object: Object, value: str) -> Object:
    """The ScaledObject with other thresholds of activation."""
    triggers = [
        {**trigger, "metadata": {**trigger["metadata"], "activationLagCount": value}}
        for trigger in scaled_object["spec"]["triggers"]
    ]
    return {"spec": {**scaled_object["spec"], "triggers": triggers}}
