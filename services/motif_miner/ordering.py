"""A topological order that does not depend on how the ops were numbered, and keeps each branch in one piece."""

from __future__ import annotations

import numpy as np

from nar.fingerprint import mix
from nar.graph import Graph, Ints
from services.motif_miner.encoding import Labels

# A tensor is read all over the graph when ops at three heights or more read it, more than a quarter of the graph apart.
_HEIGHTS = 3
_APART = 4


def canonical_order(graph: Graph, encoded: Labels, sized: Labels) -> Ints:
    """(V,) op indices, parents first: a depth-first walk from the outputs back to the inputs.

    Tensors that are read all over the graph (an attention mask, the encoder's output in every block of the decoder)
    are walked before the outputs: otherwise they would stand inside of the block that happens to read them first. Where
    an op has several parents, the one with the shorter way to an input comes first, then the one whose encoding
    (`encoded`, (V,)) is smaller, then the one whose encoding with sizes (`sized`, (V,)) is, so that equal blocks are
    read in equal order; then the one with the smaller hash of all its ancestors, then of all its descendants.

    Ops that agree in all of this are taken in the order of their numbers. Nearly always they are interchangeable, and
    the encoded sequence is the same either way; in regular graphs, which hashes along the edges cannot tell apart, the
    order depends on the numbering. O(V log V + E).
    """
    depth, ancestors = _history(graph.edges, sized)
    height, descendants = _history(len(graph) - 1 - graph.edges[::-1, ::-1], sized[::-1])
    height, descendants = height[::-1], descendants[::-1]
    ranks = np.empty(len(graph), np.int64)
    ranks[np.lexsort((descendants, ancestors, sized, encoded, depth))] = np.arange(len(graph))
    producers, consumers = graph.edges
    order = np.lexsort((ranks[producers], consumers))
    starts = np.searchsorted(consumers[order], np.arange(len(graph) + 1))
    return _walk(_roots(graph, height, ranks), starts.tolist(), producers[order].tolist())


def _history(edges: Ints, labels: Labels) -> tuple[Ints, Labels]:
    """Per op, the number of edges of the longest way that leads to it, and a hash of all ways that do.

    Args:
        edges: (2, E), forward, so ordered that all edges to an op stand before all edges from it.
        labels: (V,).
    """
    depth, hashes = [0] * len(labels), mix(labels).tolist()
    mask = 0xFFFFFFFFFFFFFFFF
    for source, target in zip(edges[0].tolist(), edges[1].tolist(), strict=True):
        value = hashes[source]
        value = (value ^ (value >> 29)) * 0xBF58476D1CE4E5B9 & mask
        # The sum counts the producers as a multiset; it is mixed whenever somebody reads it.
        hashes[target] = (hashes[target] + (value ^ (value >> 32))) & mask
        if depth[target] <= depth[source]:
            depth[target] = depth[source] + 1
    return np.array(depth, np.int64), np.array(hashes, np.uint64)


def _roots(graph: Graph, height: Ints, ranks: Ints) -> list[int]:
    """Where the walk begins: what is read all over the graph, then what nothing reads, each in the order of `ranks`."""
    producers, consumers = graph.edges
    levels = int(height.max(initial=0)) + 1
    lowest, highest = np.full(len(graph), levels, np.int64), np.full(len(graph), -1, np.int64)
    np.minimum.at(lowest, producers, height[consumers])
    np.maximum.at(highest, producers, height[consumers])
    readers = np.unique(producers * levels + height[consumers]) // levels
    is_spread = np.bincount(readers, minlength=len(graph)) >= _HEIGHTS
    everywhere = np.flatnonzero(is_spread & ((highest - lowest) * _APART > levels))
    unread = np.flatnonzero(highest < 0)
    return [node for nodes in (everywhere, unread) for node in nodes[np.argsort(ranks[nodes])].tolist()]


def _walk(roots: list[int], starts: list[int], parents: list[int]) -> Ints:
    """Post-order of the depth-first walk from `roots`; the parents of op i are parents[starts[i] : starts[i + 1]]."""
    seen = bytearray(len(starts) - 1)
    cursor = list(starts)
    order: list[int] = []
    for root in roots:
        if seen[root]:
            continue
        stack = [root]
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
            else:
                order.append(stack.pop())
    return np.array(order, np.int64)
