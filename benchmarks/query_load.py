"""Clients that ask one after the other, as many at once as wanted, and the times of their answers."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse  # noqa: F401 - pymilvus imports it in its first search, which threads break for each other
from pymilvus import MilvusClient

from services.search.milvus_schema import ALIAS

TOP = 20


@dataclass(frozen=True)
class Times:
    """Answers per second, and the time of one."""

    rate: float
    p50_ms: float
    p99_ms: float


def _summary(times: Sequence[float], seconds: float) -> Times:
    p50, p99 = np.quantile(times, [0.5, 0.99]) * 1e3
    return Times(len(times) / seconds, float(p50), float(p99))


async def asking(ask: Callable[[int], Awaitable[object]], clients: int, seconds: float) -> Times:
    """Clients that await `ask` of a running number."""
    times: list[float] = []
    begin = time.perf_counter()

    async def loop(first: int) -> None:
        for number in itertools.count(first, clients):
            before = time.perf_counter()
            if before > begin + seconds:
                return
            await ask(number)
            times.append(time.perf_counter() - before)

    await asyncio.gather(*(loop(first) for first in range(clients)))
    return _summary(times, time.perf_counter() - begin)


def direct(uri: str, vectors: np.ndarray, clients: int, seconds: float) -> Times:
    """Threads that call pymilvus with one vector a call, all through one client."""
    times: list[float] = []
    client = MilvusClient(uri)
    begin = time.perf_counter()

    def loop(first: int) -> None:
        for number in itertools.count(first, clients):
            before = time.perf_counter()
            if before > begin + seconds:
                return
            client.search(
                ALIAS,
                data=[vectors[number % len(vectors)].tolist()],
                anns_field="vector",
                limit=TOP,
                filter='collection == "default"',
                output_fields=["metadata"],
                search_params={"metric_type": "COSINE", "params": {"ef": 128}},
                consistency_level="Bounded",
            )
            times.append(time.perf_counter() - before)

    threads = [threading.Thread(target=loop, args=(first,)) for first in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _summary(times, time.perf_counter() - begin)


def in_process(vectors: np.ndarray, queries: np.ndarray, seconds: float) -> Times:
    """hnswlib with the index in this process, one thread and one vector a call: what no network could beat."""
    import hnswlib

    index = hnswlib.Index("cosine", vectors.shape[1])
    index.init_index(len(vectors), M=16, ef_construction=200, random_seed=0)
    index.add_items(vectors, num_threads=2)
    index.set_ef(128)
    index.set_num_threads(1)
    times: list[float] = []
    begin = time.perf_counter()
    while time.perf_counter() < begin + seconds:
        before = time.perf_counter()
        index.knn_query(queries[len(times) % len(queries)], TOP)
        times.append(time.perf_counter() - before)
    return _summary(times, time.perf_counter() - begin)
