"""What /metrics says after real calls and real tasks, and /healthz."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from canned_server import serving
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis
from valkey_process import free_port

from nar.client import AsyncClient, RetryPolicy
from nar.errors import InvalidInput, NarError, NotFound, Overloaded, Unauthenticated, Unavailable
from nar.security.tokens import Role, line
from services.runtime.jobs import JobStore
from services.runtime.metrics_endpoint import metrics_endpoint
from services.runtime.queue import StageQueue
from services.runtime.queue_metrics import observe_queues
from services.runtime.redis_connection import connect
from services.runtime.settings import ServiceSettings
from services.runtime.stage import work
from services.runtime.tasks import Outcome, Task
from services.search.index_metrics import IndexObserver

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
LIST = "/nar.v1.SearchService/ListCollections"
GET = "/nar.v1.SearchService/GetArchitecture"


async def get(port: int, path: str = "/metrics") -> tuple[int, str]:
    """Status and text of an answer."""

    def ask() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    return await asyncio.to_thread(ask)


class Scrapes:
    """Values now, and how far they are from those of the first scrape; the registry is the process's."""

    def __init__(self, port: int, before: Samples) -> None:
        self._port = port
        self._before = before

    @classmethod
    async def first(cls, port: int) -> Scrapes:
        return cls(port, await cls(port, {}).read())

    async def read(self) -> Samples:
        status, text = await get(self._port)
        assert status == 200
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}

    async def value(self, name: str, **labels: str) -> float:
        return (await self.read()).get((name, frozenset(labels.items())), 0.0)

    async def change(self, name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return (await self.read()).get(key, 0.0) - self._before.get(key, 0.0)


async def test_calls_are_counted_by_method_and_code(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "tokens").write_text(line(Role.READ, "r"))
    async with serving(metrics_port=port, tokens_file=str(tmp_path / "tokens")) as address:
        scrapes = await Scrapes.first(port)
        async with AsyncClient(address, token="r") as client:
            for _ in range(3):
                await client.list_collections()
            with pytest.raises(NotFound):
                await client.get_architecture("x")
        async with AsyncClient(address, token="", retry=RetryPolicy(attempts=1)) as stranger:
            with pytest.raises(Unauthenticated):
                await stranger.list_collections()
        assert await scrapes.change("nar_rpc_requests_total", method=LIST, code="OK") == 3
        assert await scrapes.change("nar_rpc_requests_total", method=LIST, code="UNAUTHENTICATED") == 1
        assert await scrapes.change("nar_rpc_requests_total", method=GET, code="NOT_FOUND") == 1
        assert await scrapes.change("nar_rpc_seconds_count", method=LIST) == 4
        assert await scrapes.change("nar_rpc_seconds_bucket", method=LIST, le="+Inf") == 4
        assert await scrapes.value("nar_rpc_in_flight_requests", method=LIST) == 0
        assert await scrapes.value("process_resident_memory_bytes") > 0


async def test_health_over_http_follows_the_backends() -> None:
    port, ready = free_port(), [True]
    with metrics_endpoint(ServiceSettings(metrics_port=port), lambda: ready[0]):
        assert await get(port, "/healthz") == (200, "SERVING\n")
        ready[0] = False
        assert (await get(port, "/healthz"))[0] == 503
        assert (await get(port, "/secrets"))[0] == 404
        taken = pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port} for metrics")
        with taken, metrics_endpoint(ServiceSettings(metrics_port=port)):
            pass
    port = free_port()
    async with serving(metrics_port=port):
        assert (await get(port, "/healthz"))[0] == 200


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_a_stage_tells_what_became_of_its_tasks(redis: Redis, redis_url: str) -> None:
    port = free_port()
    settings = ServiceSettings(redis_url=redis_url, metrics_port=port, reclaim_idle_seconds=0.3, max_deliveries=2)
    jobs, queue = JobStore(redis), StageQueue(redis, "mine")
    await queue.create()
    job = (await jobs.create("default"))[0].id
    outcomes: dict[int, Outcome] = {1: InvalidInput("a cycle"), 2: Overloaded("full", 0.01)}

    async def handle(tasks: Sequence[Task]) -> Sequence[Outcome]:
        return [outcomes.get(task.item, {}) for task in tasks]

    await jobs.accept(job, 4)
    await queue.publish([*(Task(job, item, {"name": f"m{item}"}) for item in range(4)), Task("gone", 0)])
    await observe_queues(redis)
    stop = asyncio.Event()
    with metrics_endpoint(settings):
        scrapes = await Scrapes.first(port)
        assert await scrapes.value("nar_queue_lag_entries", stage="mine") == 5
        working = asyncio.create_task(work("mine", handle, settings, stop, batch=5))

        async def has_failed() -> bool:
            return (await jobs.get(job)).failed == 2

        await until(has_failed)
        await observe_queues(redis)
        stop.set()
        await working
        for outcome, count in {"done": 2, "failed": 2, "dropped": 1}.items():
            assert await scrapes.change("nar_queue_tasks_total", stage="mine", outcome=outcome) == count
        assert await scrapes.change("nar_queue_retries_total", stage="mine") == 1
        assert await scrapes.change("nar_queue_dead_letters_total", stage="mine") == 1
        assert await scrapes.change("nar_queue_task_seconds_count", stage="mine") == 5
        assert await scrapes.value("nar_queue_dead_letter_entries") == 1
        assert await scrapes.value("nar_queue_lag_entries", stage="embed") == 2
        assert await scrapes.value("nar_queue_lag_entries", stage="mine") == 0
        assert await scrapes.value("nar_queue_pending_entries", stage="mine") == 0


async def test_the_front_door_tells_the_size_of_the_live_index_only() -> None:
    port = free_port()
    answers: list[tuple[str, int] | NarError] = [("old-1", 7), Unavailable("down"), ("new-1", 8), ("", 0)]

    async def rows() -> tuple[str, int]:
        answer = answers.pop(0)
        if isinstance(answer, NarError):
            raise answer
        return answer

    async def queues() -> None:
        return None

    observer = IndexObserver(rows, queues)
    with metrics_endpoint(ServiceSettings(metrics_port=port)):
        scrapes = Scrapes(port, {})
        await observer.observe_rows()
        with pytest.raises(Unavailable):
            await observer.observe_rows()
        assert await scrapes.value("nar_index_rows", model_version="old-1") == 7
        await observer.observe_rows()
        assert await scrapes.value("nar_index_rows", model_version="new-1") == 8
        assert "old-1" not in json.dumps(await get(port))
        await observer.observe_rows()
        assert "new-1" not in json.dumps(await get(port))
