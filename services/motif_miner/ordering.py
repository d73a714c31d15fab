"""The one order in which the encoded nodes are read."""

from __future__ import annotations

import numpy as np

from nar.graph import Graph, Ints
from services.motif_miner.adjacency import Adjacency
from services.motif_miner.encoding import Labels, mix

_LONG_LIVED = 4
"""A tensor is read far away when its readers spread over more than one in this many of the graph's levels."""


def canonical_order(graph: Graph, adjacency: Adjacency, labels: Labels) -> Ints:
    """A topological order (V,) that keeps what belongs together next to each other.

    Post-order of a depth-first walk from the outputs against the edges: an op stands right after what it needs, so a
    branch is not interleaved with its siblings. Of several inputs the one that can be computed first is walked first.
    Tensors that are read all over the graph (an attention mask, the encoder's output in each block of the decoder) are
    walked before everything else, so that they do not stand inside of the block that happens to read them first.

    Does not depend on the numbering of the nodes, except where two inputs of an op stand on the same level, have the
    same encoding `labels` and the same ancestors and descendants up to hashing; nearly always such nodes are
    interchangeable, and then the result is the same up to an automorphism of the graph. O(V log V + E).
    """
    level = levels(len(graph), adjacency)
    rank = np.empty(len(graph), np.int64)
    rank[np.lexsort((_ancestry(labels, adjacency, level), labels, level))] = np.arange(len(graph))
    roots = np.r_[_far_readers(graph, adjacency, level, rank), _by_rank(np.flatnonzero(adjacency.fan_out == 0), rank)]
    return _post_order(graph, roots, rank)


def levels(size: int, adjacency: Adjacency) -> Ints:
    """For each node, the number of edges (V,) on the longest path that leads to it."""
    result = [0] * size
    starts, parents = adjacency.parent_starts.tolist(), adjacency.parents.tolist()
    for node in range(size):
        begin, end = starts[node], starts[node + 1]
        if end - begin == 1:
            result[node] = result[parents[begin]] + 1
        elif end > begin:
            result[node] = max([result[parent] for parent in parents[begin:end]]) + 1
    return np.array(result, np.int64)


def _ancestry(labels: Labels, adjacency: Adjacency, level: Ints) -> Labels:
    """A further tie-break (V,): what each node reads and is read by, as seen from 16 rounds of hashing."""
    edges = np.stack([adjacency.parents, np.repeat(np.arange(len(labels)), np.diff(adjacency.parent_starts))])
    current = mix(labels + mix(level.astype(np.uint64)))
    for _ in range(16):
        read = np.zeros(len(labels), np.uint64)
        np.add.at(read, edges[1], mix(current)[edges[0]])
        np.add.at(read, edges[0], mix(~current)[edges[1]])
        current = mix(current + mix(read))
    return current


def _far_readers(graph: Graph, adjacency: Adjacency, level: Ints, rank: Ints) -> Ints:
    """Nodes whose readers spread over many levels, in the order of `rank`."""
    if graph.edges.shape[1] == 0:
        return np.zeros(0, np.int64)
    last = np.zeros(len(graph), np.int64)
    np.maximum.at(last, graph.edges[0], level[graph.edges[1]])
    far = (adjacency.fan_out > 1) & ((last - level) * _LONG_LIVED > level.max())
    return _by_rank(np.flatnonzero(far), rank)


def _by_rank(nodes: Ints, rank: Ints) -> Ints:
    return nodes[np.argsort(rank[nodes])]


def _post_order(graph: Graph, roots: Ints, rank: Ints) -> Ints:
    """Every node after all its parents, walking from `roots` in turn; parents of a node in the order of `rank`."""
    by_consumer = np.lexsort((-rank[graph.edges[0]], graph.edges[1]))
    parents = graph.edges[0][by_consumer].tolist()
    starts = np.searchsorted(graph.edges[1], np.arange(len(graph) + 1)).tolist()
    order: list[int] = []
    seen = bytearray(len(graph))
    for root in roots.tolist():
        stack = [root]
        while stack:
            node = stack[-1]
            if seen[node]:
                # Bit 1: its parents are on the stack or done; bit 2: it stands in the order.
                stack.pop()
                if seen[node] == 1:
                    seen[node] = 2
                    order.append(node)
                continue
            seen[node] = 1
            stack.extend([parent for parent in parents[starts[node] : starts[node + 1]] if not seen[parent]])
    return np.array(order, np.int64)
