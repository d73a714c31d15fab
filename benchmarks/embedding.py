"""Graphs embedded per second, and peak memory: `python -m benchmarks.embedding [--graphs 500] [--json]`.

One thread; each way runs in a process of its own, on the same graphs of the data set that ships, in batches. The peer
is the graph network `directed`, run as one would write it down: on the whole graph, node by node. Beside it, the same
network on motifs and macro graph, where equal motifs and equal neighbourhoods are computed once, and `nar`.
Mining is not part of it; its time is printed too. Weights are random: they do not change the time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from nar.architecture import Decomposition
from nar.corpus import parquet
from nar.graph import Graph
from services.embedder.config import PRESETS, NetworkConfig
from services.embedder.embedder import Embedder
from services.embedder.inference import NetworkInference
from services.embedder.model import ArchitectureModel
from services.embedder.op_words import OpVocabulary
from services.embedder.settings import SHIPPED_WEIGHTS
from services.embedder.tensors import NUMERIC, GraphTensors, Nodes
from services.motif_miner import mine

_BATCH = 64


@dataclass(frozen=True)
class Measurement:
    """What one way of embedding took. `peak_mib` is the largest resident size of its process."""

    method: str
    graphs: int
    ops: int
    seconds: float
    mining_seconds: float
    peak_mib: float

    @property
    def rate(self) -> float:
        """Graphs per second."""
        return self.graphs / self.seconds


def every_node(graph: Graph, vocabulary: OpVocabulary) -> GraphTensors:
    """A graph as tensors in which each node stands for itself."""
    ones = torch.ones(len(graph))
    degrees = torch.from_numpy(np.bincount(graph.edges.ravel(), minlength=len(graph))).float()
    edges = torch.from_numpy(graph.edges)
    words = vocabulary.encode(graph.op_table)[torch.from_numpy(graph.op)]
    nodes = Nodes(ones, ones, degrees, edges, edges.flip(0), torch.arange(len(graph))[:, None])
    return GraphTensors(words, torch.zeros(len(graph), NUMERIC), nodes)


def _network(graphs: Sequence[Graph]) -> ArchitectureModel:
    config = PRESETS["directed"]
    assert isinstance(config, NetworkConfig)
    torch.manual_seed(0)
    return ArchitectureModel(config, OpVocabulary.of({op for graph in graphs for op in graph.op_table}), 2).eval()


def node_by_node(graphs: Sequence[Graph], parts: Sequence[Decomposition]) -> Callable[[], None]:
    """The peer."""
    model = _network(graphs)

    @torch.no_grad()
    def run() -> None:
        for begin in range(0, len(graphs), _BATCH):
            batch = [every_node(graph, model.vocabulary) for graph in graphs[begin : begin + _BATCH]]
            model.encode_graphs(model.motif, batch)

    return run


def on_motifs(graphs: Sequence[Graph], parts: Sequence[Decomposition]) -> Callable[[], None]:
    """The same kind of network, on motifs and macro graph, with equal work done once."""
    inference = NetworkInference(_network(graphs), 20_000)
    return lambda: _in_batches(inference.encode, parts)


def shipped(graphs: Sequence[Graph], parts: Sequence[Decomposition]) -> Callable[[], None]:
    """The model that ships."""
    embedder = Embedder.load(SHIPPED_WEIGHTS)
    return lambda: _in_batches(embedder.embed, parts)


def _in_batches(encode: Callable[[Sequence[Decomposition]], object], parts: Sequence[Decomposition]) -> None:
    for begin in range(0, len(parts), _BATCH):
        encode(parts[begin : begin + _BATCH])


METHODS = {"network, node by node": node_by_node, "network on motifs": on_motifs, "nar": shipped}


def measure(method: str, data: Path, count: int) -> Measurement:
    """Runs `method` once, in this process."""
    torch.set_num_threads(1)
    records = list(parquet.read(data))
    graphs = [graph for _, graph, _ in random.Random(0).sample(records, min(count, len(records)))]
    del records
    begin = time.perf_counter()
    parts = [mine(graph) for graph in graphs]
    mining = time.perf_counter() - begin
    run = METHODS[method](graphs, parts)
    begin = time.perf_counter()
    run()
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measurement(method, len(graphs), sum(map(len, graphs)), seconds, mining, peak)


def table(measurements: Sequence[Measurement]) -> Table:
    """One row a way, with its ratio to the first."""
    result = Table("method", "graphs", "ops", "seconds", "graphs/s", "times the peer", "mining s", "peak MiB")
    for own in measurements:
        ratio = own.rate / measurements[0].rate
        figures = (f"{own.seconds:.2f}", f"{own.rate:.0f}", f"{ratio:.1f}", f"{own.mining_seconds:.2f}")
        result.add_row(own.method, f"{own.graphs:,}", f"{own.ops:,}", *figures, f"{own.peak_mib:.0f}")
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data/corpus.parquet"), help="the data set")
    parser.add_argument("--graphs", type=int, default=500, help="how many of its graphs, a fixed random choice")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    found = []
    for method in METHODS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found.append(pool.apply(measure, (method, options.data, options.graphs)))
    if options.json:
        print(json.dumps([asdict(own) for own in found]))
    else:
        Console().print(table(found))


if __name__ == "__main__":
    main()
