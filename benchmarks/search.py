"""Queries per second through the front door: `python -m benchmarks.search [--milvus lite standalone] [--vectors N]`.

Starts a local system with the architectures that ship, in a folder of its own, on milvus-lite or on the real standalone
server of the `milvus` wheel; `--vectors` fills the index up to so many. So many clients ask one after the other,
through gRPC; the peers are pymilvus, called directly on the same server with one vector a call from as many threads,
and hnswlib in this process. Every client is in this process, and takes its share of the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.index_filling import fill, moved
from benchmarks.query_load import TOP, Times, asking, direct, in_process
from nar.client import AsyncClient, RetryPolicy
from nar.corpus import parquet, starter
from nar.graph import Graph
from nar.local import LocalStack
from tests.milvus_process import SERVERS

DATA = Path("data")
PEER = "pymilvus, one vector a call"
_GRAPH_OPS = (400, 600)
# Of more clients than the service lets wait, the others come again after the delay that it tells them.
_PATIENT = RetryPolicy(attempts=50)
_RECALL_QUERIES = 200

Ask = Callable[[int], Awaitable[object]]


@dataclass(frozen=True)
class Measurement(Times):
    """What so many clients got of an index of so many vectors."""

    milvus: str
    vectors: int
    method: str
    clients: int


class Queries:
    """The queries of one client, by running number; none comes twice before all have come."""

    def __init__(self, client: AsyncClient, vectors: np.ndarray) -> None:
        self._client = client
        self._vectors = vectors
        found = [(architecture.id, graph) for architecture, graph, _ in parquet.read(DATA / "corpus.parquet")]
        self._names = [name for name, _ in found]
        low, high = _GRAPH_OPS
        self._graphs = [graph for _, graph in found if low <= len(graph) <= high]

    async def by_vector(self, number: int) -> list[float]:
        """Scores of the nearest."""
        vector = self._vectors[number % len(self._vectors)]
        found = await self._client.search(vector=vector, top_k=TOP, motifs=False)
        return [hit.score for hit in found]

    async def filtered(self, number: int) -> None:
        """By vector, among the convolutional networks of a middle size."""
        where = 'block = "cnn" AND params < 50M'
        await self._client.search(
            vector=self._vectors[number % len(self._vectors)], top_k=TOP, motifs=False, filter=where
        )

    async def by_id(self, number: int) -> None:
        """By the id of an indexed architecture."""
        await self._client.search(id=self._names[number % len(self._names)], top_k=TOP, motifs=False)

    async def by_graph(self, number: int) -> None:
        """By a graph of about 500 ops, which is mined and embedded first."""
        graph: Graph = self._graphs[number % len(self._graphs)]
        await self._client.search(graph=graph, top_k=TOP, motifs=False)


@contextmanager
def system(milvus: str) -> Iterator[tuple[LocalStack, str]]:
    """A local system on that Milvus, and the Milvus' URI."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SERVERS[milvus](Path(folder, "vectors")) as uri,
        LocalStack(Path(folder), ports="free", settings={"NAR_MILVUS_URI": uri}, starter=True) as stack,
    ):
        yield stack, uri


async def recall(ask: Callable[[int], Awaitable[list[float]]], indexed: np.ndarray, queries: np.ndarray) -> float:
    """recall@20: share of the answers that score as high as the true 20th does; equal vectors stand for each other."""
    shares = []
    for number, query in enumerate(queries[:_RECALL_QUERIES]):
        least = np.partition(indexed @ query, -TOP)[-TOP]
        shares.append(sum(score >= least - 1e-5 for score in await ask(number)) / TOP)
    return float(np.mean(shares))


class Benchmark:
    """All ways to ask one index.

    Args:
        stack: the system that is asked.
        uri: its Milvus.
        milvus: name of that.
        vectors: rows of the index; those of the data set and, up to this number, moved ones.
        seconds: of one measurement.
    """

    def __init__(self, stack: LocalStack, uri: str, milvus: str, vectors: int, seconds: float) -> None:
        self._stack, self._uri, self._milvus, self._seconds = stack, uri, milvus, seconds
        self._known = starter.read(DATA / "starter.parquet")
        own = self._known.vectors
        self._more = moved(own, max(vectors - len(own), 0), seed=0)
        self._indexed = np.concatenate([own, self._more])
        self._queries = moved(own, len(own), seed=1)

    async def run(self, clients: Sequence[int], most: int) -> tuple[list[Measurement], float]:
        """The measurements, with all ways at `most` clients, and recall@20."""
        if len(self._more):
            await fill(self._uri, DATA / "corpus.parquet", self._known, self._more)
        found = [self._row("hnswlib, in process", 1, in_process(self._indexed, self._queries, self._seconds))]
        async with AsyncClient(self._stack.address, retry=_PATIENT) as client:
            ask = Queries(client, self._queries)
            for count in clients:
                peer = await asyncio.to_thread(direct, self._uri, self._queries, count, self._seconds)
                found.append(self._row(PEER, count, peer))
                found.append(await self._measure("nar, by vector", ask.by_vector, count))
                if count == most:
                    found.append(await self._measure("nar, by id", ask.by_id, count))
                    found.append(await self._measure("nar, by vector, filtered", ask.filtered, count))
            found.append(await self._measure("nar, by graph", ask.by_graph, 1))
            found_share = await recall(ask.by_vector, self._indexed, self._queries)
        found.append(await self._apart(most))
        return found, found_share

    async def _apart(self, clients: int) -> Measurement:
        """By vector, by a search service that puts each query into a call of its own."""
        settings = {"NAR_MILVUS_URI": self._uri, "NAR_MILVUS_BATCH": "1"}
        with (
            tempfile.TemporaryDirectory() as folder,
            LocalStack(Path(folder), ports="free", settings=settings) as stack,
        ):
            async with AsyncClient(stack.address, retry=_PATIENT) as client:
                ask = Queries(client, self._queries)
                return await self._measure("nar, by vector, not coalesced", ask.by_vector, clients)

    async def _measure(self, method: str, ask: Ask, clients: int) -> Measurement:
        return self._row(method, clients, await asking(ask, clients, self._seconds))

    def _row(self, method: str, clients: int, times: Times) -> Measurement:
        return Measurement(
            **asdict(times), milvus=self._milvus, vectors=len(self._indexed), method=method, clients=clients
        )


def table(measurements: Sequence[Measurement]) -> Table:
    """One row a way and number of clients, with its ratio to pymilvus for the same number."""
    result = Table("Milvus", "vectors", "clients", "method", "queries/s", "times pymilvus", "p50 ms", "p99 ms")
    peers = {own.clients: own.rate for own in measurements if own.method == PEER}
    for own in measurements:
        ratio = f"{own.rate / peers[own.clients]:.2f}" if own.clients in peers else ""
        place = (own.milvus, f"{own.vectors:,}", str(own.clients), own.method)
        result.add_row(*place, f"{own.rate:,.0f}", ratio, f"{own.p50_ms:.1f}", f"{own.p99_ms:.1f}")
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a table for each Milvus, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="time of each measurement")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64, 128], help="numbers of clients")
    parser.add_argument(
        "--milvus", nargs="+", choices=list(SERVERS), default=list(SERVERS), help="servers to search on"
    )
    parser.add_argument("--vectors", type=int, default=0, help="fill the index up to so many")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    most = 64 if 64 in options.clients else max(options.clients)
    for milvus in options.milvus:
        with system(milvus) as (stack, uri):
            benchmark = Benchmark(stack, uri, milvus, options.vectors, options.seconds)
            found, share = asyncio.run(benchmark.run(options.clients, most))
        if options.json:
            print(json.dumps({"recall@20": share, "measurements": [asdict(own) for own in found]}))
        else:
            Console().print(table(found))
            print(f"recall@20 of nar on {milvus}: {share:.3f}\n")


if __name__ == "__main__":
    main()
