"""Macro graphs per second through the embedder's hosts: `python -m benchmarks.embedder_hosts [--seconds 5] [--json]`.

The plain gRPC process, and Ray Serve with one replica behind the front, against the domain class called directly: the
same graphs of the data set that ships, so many a request, from so many callers at once. Callers share the cores.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import grpc
from rich.console import Console
from rich.table import Table

from benchmarks.processes import with_descendants
from nar.codec import decomposition_to_proto
from nar.corpus import parquet
from nar.local.ports import Ports
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.embedder.embedder import Embedder
from services.embedder.settings import SHIPPED_WEIGHTS
from services.motif_miner import mine

_HOSTS = {"plain process": "services.embedder.server", "Ray Serve": "services.embedder.ray_host"}
_GRAPHS = 512


@dataclass(frozen=True)
class Measurement:
    """One host with so many graphs a request and callers."""

    host: str
    graphs_a_request: int
    callers: int
    rate: float
    memory_mib: float


def requests(size: int) -> list[embedder_pb2.EmbedRequest]:
    """The graphs, so many a request."""
    graphs = [graph for _, graph, _ in itertools.islice(parquet.read(Path("data/corpus.parquet")), _GRAPHS)]
    messages = [decomposition_to_proto(mine(graph)) for graph in graphs]
    for message in messages:
        message.ClearField("op_instance")
        for motif in message.motifs:
            motif.ClearField("context")
    return [embedder_pb2.EmbedRequest(decompositions=messages[at : at + size]) for at in range(0, _GRAPHS, size)]


def direct(seconds: float) -> Measurement:
    """The peer: the domain class, in batches of 64, without any transport."""
    graphs = [graph for _, graph, _ in itertools.islice(parquet.read(Path("data/corpus.parquet")), _GRAPHS)]
    parts, embedder = [mine(graph) for graph in graphs], Embedder.load(SHIPPED_WEIGHTS)
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        at = count % _GRAPHS
        count += len(embedder.embed(parts[at : at + 64]))
    return Measurement("domain class", 64, 1, count / (time.perf_counter() - started), memory_mib(os.getpid()))


@contextmanager
def running(module: str) -> Iterator[tuple[str, int]]:
    """A host, once it is ready: address and process id."""
    port = Ports.free().embedder
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", module, "--port", str(port), "--linger-seconds", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = embedder_pb2_grpc.EmbedderServiceStub(channel)
            stub.GetModel(embedder_pb2.GetModelRequest(), wait_for_ready=True, timeout=180)
        yield f"127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


async def load(address: str, sent: Sequence[embedder_pb2.EmbedRequest], callers: int, seconds: float) -> float:
    """Graphs per second of callers that wait for each answer."""
    options = [("grpc.max_send_message_length", 64 << 20), ("grpc.max_receive_message_length", 64 << 20)]
    async with grpc.aio.insecure_channel(address, options=options) as channel:
        stub = embedder_pb2_grpc.EmbedderServiceStub(channel)
        count, started = 0, time.perf_counter()

        async def loop(first: int) -> None:
            nonlocal count
            for number in itertools.count(first, callers):
                if time.perf_counter() - started > seconds:
                    return
                answer = await stub.Embed(sent[number % len(sent)])
                count += len(answer.embeddings)

        await asyncio.gather(*(loop(first) for first in range(callers)))
        return count / (time.perf_counter() - started)


def memory_mib(pid: int) -> float:
    """Proportional size of a process and its descendants."""
    total = 0
    for own in with_descendants(pid):
        try:
            text = Path(f"/proc/{own}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(text.partition("\nPss:")[2].split()[0])
    return total / 1024


def table(measurements: Sequence[Measurement]) -> Table:
    """One row a measurement, with its ratio to the plain process under the same load."""
    result = Table("host", "graphs a request", "callers", "graphs/s", "times plain", "memory MiB")
    plain = {(own.graphs_a_request, own.callers): own.rate for own in measurements if own.host == "plain process"}
    for own in measurements:
        peer = plain.get((own.graphs_a_request, own.callers))
        ratio = f"{own.rate / peer:.2f}" if peer else ""
        figures = (f"{own.rate:,.0f}", ratio, f"{own.memory_mib:.0f}")
        result.add_row(own.host, str(own.graphs_a_request), str(own.callers), *figures)
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="time of each measurement")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    found = [direct(options.seconds)]
    for host, module in _HOSTS.items():
        with running(module) as (address, pid):
            for size, callers in ((1, 1), (1, 32), (64, 4), (512, 2)):
                rate = asyncio.run(load(address, requests(size), callers, options.seconds))
                found.append(Measurement(host, size, callers, rate, memory_mib(pid)))
    if options.json:
        print(json.dumps([asdict(own) for own in found]))
    else:
        Console().print(table(found))


if __name__ == "__main__":
    main()
