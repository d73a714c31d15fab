"""A topological order that does not depend on how the ops were numbered, and keeps each branch in one piece."""

from __future__ import annotations

import numpy as np

from nar.graph import Graph, Ints
from services.motif_miner.encoding import mix, op_labels


def canonical_order(graph: Graph) -> Ints:
    """(V,) op indices, parents first: a depth-first walk from the outputs back to the inputs.

    Where an op has several parents, the one with the longer way to an input comes first, then the one with the smaller
    hash of all its ancestors. Two parents that agree in both are taken in the order of their numbers; they have equal
    ancestors, so that the encoded sequence is the same either way unless their descendants differ.
    """
    depth, ancestry = _ancestry(graph)
    starts, parents = _sorted_parents(graph, depth, ancestry)
    return _walk(graph, depth, ancestry, starts, parents)


def _ancestry(graph: Graph) -> tuple[list[int], list[int]]:
    """Per op: number of edges of the longest way from an input, and a hash of all its ancestors."""
    labels = mix(op_labels(graph)).tolist()
    depth, hashes = [0] * len(graph), list(labels)
    mask = 0xFFFFFFFFFFFFFFFF
    previous = -1
    # Edges are sorted by consumer: all of a node's producers are final when its first edge is met.
    for source, target in zip(graph.edges[0].tolist(), graph.edges[1].tolist(), strict=True):
        if target != previous and previous >= 0:
            hashes[previous] = _scramble(hashes[previous], mask)
        previous = target
        hashes[target] += _scramble(hashes[source], mask)
        depth[target] = max(depth[target], depth[source] + 1)
    if previous >= 0:
        hashes[previous] = _scramble(hashes[previous], mask)
    return depth, hashes


def _scramble(value: int, mask: int) -> int:
    value = (value ^ (value >> 29)) * 0xBF58476D1CE4E5B9 & mask
    return value ^ (value >> 32)


def _sorted_parents(graph: Graph, depth: list[int], ancestry: list[int]) -> tuple[list[int], list[int]]:
    """Parents of all ops in the order of the walk, and where each op's begin."""
    producers, consumers = graph.edges
    keys = np.array(ancestry, np.uint64)
    order = np.lexsort((producers, keys[producers], -np.array(depth)[producers], consumers))
    starts = np.searchsorted(consumers[order], np.arange(len(graph) + 1))
    return starts.tolist(), producers[order].tolist()


def _walk(graph: Graph, depth: list[int], ancestry: list[int], starts: list[int], parents: list[int]) -> Ints:
    """Post-order of the depth-first walk from all ops that nothing reads, the shallowest of them first."""
    is_read = np.zeros(len(graph), bool)
    is_read[graph.edges[0]] = True
    roots = sorted(np.flatnonzero(~is_read).tolist(), key=lambda node: (depth[node], ancestry[node], node))
    seen = bytearray(len(graph))
    order: list[int] = []
    for root in roots:
        stack = [root]
        cursor = {root: starts[root]}
        seen[root] = 1
        while stack:
            node = stack[-1]
            place = cursor[node]
            if place < starts[node + 1]:
                cursor[node] = place + 1
                parent = parents[place]
                if not seen[parent]:
                    seen[parent] = 1
                    stack.append(parent)
                    cursor[parent] = starts[parent]
            else:
                order.append(stack.pop())
                del cursor[node]
    return np.array(order, np.int64)
