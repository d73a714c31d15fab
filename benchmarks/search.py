"""Queries per second through the front door: `python -m benchmarks.search [--seconds 5] [--json]`.

Starts a local system (milvus-lite) with the architectures that ship, in a folder of its own. So many clients ask one
after the other, by vector and by id, through gRPC; the peer is pymilvus, called directly on the same server with one
vector a call, from as many threads. Every client is in this process, and takes its share of the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pymilvus import MilvusClient
from rich.console import Console
from rich.table import Table

from nar.client import AsyncClient
from nar.corpus import parquet, starter
from nar.local import LocalStack
from services.search.milvus_schema import ALIAS

TOP = 20
DATA = Path("data")


@dataclass(frozen=True)
class Measurement:
    """What so many clients got."""

    method: str
    clients: int
    rate: float
    p50_ms: float
    p99_ms: float


def _measurement(method: str, clients: int, times: Sequence[float], seconds: float) -> Measurement:
    p50, p99 = np.quantile(times, [0.5, 0.99]) * 1e3
    return Measurement(method, clients, len(times) / seconds, float(p50), float(p99))


def direct(uri: str, vectors: np.ndarray, clients: int, seconds: float) -> Measurement:
    """The peer: threads that call pymilvus."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def ask(first: int) -> None:
        client = MilvusClient(uri)
        for number in itertools.count(first, clients):
            begin = time.perf_counter()
            if begin > end:
                return
            client.search(
                ALIAS,
                data=[vectors[number % len(vectors)].tolist()],
                anns_field="vector",
                limit=TOP,
                filter='collection == "default"',
                output_fields=["metadata"],
                search_params={"metric_type": "COSINE", "params": {"ef": 128}},
            )
            times.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _measurement("pymilvus, one vector a call", clients, times, seconds)


async def through(method: str, ask: Callable[[int], Awaitable[object]], clients: int, seconds: float) -> Measurement:
    """Clients that call `ask` with a running number."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def loop(first: int) -> None:
        for number in itertools.count(first, clients):
            begin = time.perf_counter()
            if begin > end:
                return
            await ask(number)
            times.append(time.perf_counter() - begin)

    await asyncio.gather(*(loop(first) for first in range(clients)))
    return _measurement(method, clients, times, seconds)


async def measure(stack: LocalStack, clients: Sequence[int], seconds: float) -> list[Measurement]:
    """All ways, for each number of clients."""
    vectors = starter.read(DATA / "starter.parquet").vectors
    names = [architecture.id for architecture, _, _ in parquet.read(DATA / "corpus.parquet")]
    found = []
    async with AsyncClient(stack.address) as client:

        async def by_vector(number: int) -> None:
            await client.search(vector=vectors[number % len(vectors)], top_k=TOP, motifs=False)

        async def by_id(number: int) -> None:
            await client.search(id=names[number % len(names)], top_k=TOP, motifs=False)

        for count in clients:
            uri = f"http://{stack.addresses()['milvus']}"
            found.append(await asyncio.to_thread(direct, uri, vectors, count, seconds))
            found.append(await through("nar, by vector", by_vector, count, seconds))
            found.append(await through("nar, by id", by_id, count, seconds))
    return found


def table(measurements: Sequence[Measurement]) -> Table:
    """One row a way and number of clients, with its ratio to pymilvus."""
    result = Table("clients", "method", "queries/s", "times pymilvus", "p50 ms", "p99 ms")
    peers = {own.clients: own.rate for own in measurements if own.method.startswith("pymilvus")}
    for own in measurements:
        ratio = f"{own.rate / peers[own.clients]:.2f}"
        result.add_row(str(own.clients), own.method, f"{own.rate:.0f}", ratio, f"{own.p50_ms:.1f}", f"{own.p99_ms:.1f}")
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="time of each measurement")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64], help="numbers of clients")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, LocalStack(Path(folder), ports="free", starter=True) as stack:
        found = asyncio.run(measure(stack, options.clients, options.seconds))
    if options.json:
        print(json.dumps([asdict(own) for own in found]))
    else:
        Console().print(table(found))


if __name__ == "__main__":
    main()
