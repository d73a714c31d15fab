"""Time and memory of mining against the size of the graph: `python -m benchmarks.mining [--largest 1000000] [--json]`.

Each measurement runs in a process of its own, so that peak memory is its own; it includes the imports and the graph.
Peers, in the same run: the Weisfeiler-Lehman subtree hashes of networkx and the subtree features of GraKeL (2 rounds
each), up to 10^5 ops, and the published code's rule re-stated (`experiments/bigram_rule.py`), up to 10^4; the original
of that rule builds a dense adjacency matrix, so that 10^5 ops would take 80 GB. All peers do less than mining: none
makes sub-graphs or a macro graph. GraKeL is installed by `make bench`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import networkx
import numpy as np
from rich.console import Console
from rich.table import Table

from experiments import bigram_rule
from nar.graph import Graph
from services.motif_miner import mine

_BLOCK = ("conv1x1", "relu", "conv3x3", "relu", "conv1x1", "add", "relu")


@dataclass(frozen=True)
class Measurement:
    """What one way of dividing took. `peak_mib` is the largest resident size of its process."""

    graph: str
    ops: int
    method: str
    seconds: float
    peak_mib: float


def residual(size: int) -> Graph:
    """A chain of equal bottleneck blocks."""
    ops = ["input", *_BLOCK * max(size // len(_BLOCK), 1)]
    place = np.arange(1, len(ops))
    adds = np.arange(_BLOCK.index("add") + 1, len(ops), len(_BLOCK))
    shortcuts = np.stack([adds - _BLOCK.index("add") - 1, adds])
    table, column = np.unique(ops, return_inverse=True)
    return Graph(tuple(table.tolist()), column, np.concatenate([np.stack([place - 1, place]), shortcuts], axis=1))


def random(size: int) -> Graph:
    """Two parents an op, mostly near ones: nothing repeats."""
    rng = np.random.default_rng(0)
    target = np.repeat(np.arange(1, size), 2)
    source = np.maximum(target - 1 - rng.geometric(0.2, len(target)), 0)
    return Graph(tuple("abcdefgh"), rng.integers(0, 8, size), np.stack([source, target]))


def subtree_hashes(graph: Graph) -> None:
    """What networkx offers for the node encoding alone."""
    peer = networkx.DiGraph()
    peer.add_nodes_from((node, {"op": op}) for node, op in enumerate(graph.ops))
    peer.add_edges_from(graph.edges.T.tolist())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        networkx.weisfeiler_lehman_subgraph_hashes(peer, node_attr="op", iterations=2)


def subtree_kernel(graph: Graph) -> None:
    """GraKeL's Weisfeiler-Lehman subtree features of the one graph, edges as undirected as it takes them."""
    from grakel import Graph as GrakelGraph
    from grakel.kernels import VertexHistogram, WeisfeilerLehman

    edges = [(int(source), int(target)) for source, target in graph.edges.T]
    peer = GrakelGraph(edges, node_labels=dict(enumerate(graph.ops)))
    WeisfeilerLehman(n_iter=2, base_graph_kernel=VertexHistogram).fit_transform([peer])


GRAPHS: dict[str, Callable[[int], Graph]] = {"residual": residual, "random": random}
METHODS: dict[str, tuple[Callable[[Graph], object], int]] = {
    "mine": (mine, 1_000_000),
    "networkx subtree hashes": (subtree_hashes, 100_000),
    "GraKeL WL subtree": (subtree_kernel, 100_000),
    "published rule": (bigram_rule.divide, 10_000),
}


def measure(graph_name: str, size: int, method: str) -> Measurement:
    """Runs `method` once, in this process."""
    graph = GRAPHS[graph_name](size)
    run_method = METHODS[method][0]
    # Once on a small one: imports are no part of the time.
    run_method(GRAPHS[graph_name](100))
    begin = time.perf_counter()
    run_method(graph)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measurement(graph_name, len(graph), method, seconds, peak)


def slope(measurements: Sequence[Measurement]) -> float:
    """Exponent k of seconds ~ ops^k, by least squares; 1 is linear."""
    ops = np.log([own.ops for own in measurements])
    seconds = np.log([own.seconds for own in measurements])
    return float(np.polyfit(ops, seconds, 1)[0])


def run(largest: int) -> list[Measurement]:
    """All methods on all graphs, each in a fresh process."""
    context = multiprocessing.get_context("spawn")
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= largest]
    found = []
    for graph in GRAPHS:
        for size in sizes:
            for method, (_, limit) in METHODS.items():
                if size <= limit:
                    with context.Pool(1) as pool:
                        found.append(pool.apply(measure, (graph, size, method)))
    return found


def table(measurements: Sequence[Measurement]) -> Table:
    """One row a measurement, with its ratio to mining the same graph."""
    result = Table("graph", "ops", "method", "seconds", "times mine", "peak MiB")
    mined = {(own.graph, own.ops): own.seconds for own in measurements if own.method == "mine"}
    for own in measurements:
        ratio = own.seconds / mined[own.graph, own.ops]
        figures = (f"{own.seconds:.3f}", f"{ratio:.2f}", f"{own.peak_mib:.0f}")
        result.add_row(own.graph, f"{own.ops:,}", own.method, *figures)
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table and the slopes, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=1_000_000, help="largest graph, in ops; default: 1,000,000")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    measurements = run(options.largest)
    mined = [own for own in measurements if own.method == "mine" and own.ops > 5_000]
    slopes = {name: slope([own for own in mined if own.graph == name]) for name in GRAPHS if options.largest >= 100_000}
    if options.json:
        print(json.dumps({"measurements": [asdict(own) for own in measurements], "slopes": slopes}))
        return
    console = Console()
    console.print(table(measurements))
    for name, exponent in slopes.items():
        console.print(f"{name}: seconds grow as ops^{exponent:.2f} from 10,000 ops on")


if __name__ == "__main__":
    main()
