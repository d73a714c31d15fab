"""The published code's way to divide a graph into motifs, re-stated as a baseline (TerryPei/NNRetrieval).

A node's type is the set of distances to its producers in the order of the nodes. The sequence of types is cut where the
number of times that its pairs of neighbours occur changes by more than a threshold: the most frequent change.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from nar.graph import Graph, Ints, intern


def divide(graph: Graph) -> Ints:
    """The part (V,) of each op; parts are numbered in the order of the ops, the graph's own. O(V log V + E)."""
    pairs = _pair_counts(_node_types(graph)).tolist()
    if len(graph) < 3:
        return np.zeros(len(graph), np.int64)
    changes = [abs(after - before) for before, after in pairwise(pairs)]
    threshold = _most_frequent([change for change in changes if change > 0])
    begins_part = np.zeros(len(graph), bool)
    place = 0
    while place < len(changes):
        if changes[place] > threshold:
            # After a fall the next node still belongs to the part; after a rise it begins the new one.
            place += pairs[place] > pairs[place + 1]
            begins_part[place + 1] = True
        place += 1
    return np.cumsum(begins_part)


def _node_types(graph: Graph) -> Ints:
    """(V,) a number for each distinct set of distances to producers."""
    distances: list[list[int]] = [[] for _ in range(len(graph))]
    for source, target in graph.edges.T.tolist():
        distances[target].append(target - source)
    return intern(tuple(sorted(own)) for own in distances)[1]


def _pair_counts(types: Ints) -> Ints:
    """(V - 1,) how often each node's type and the next one's stand next to each other."""
    _, index, counts = np.unique(
        types[:-1] * (int(types.max(initial=0)) + 1) + types[1:], return_inverse=True, return_counts=True
    )
    return counts[index]


def _most_frequent(values: list[int]) -> int:
    """The most frequent value, the smallest of several; 0 of none."""
    found, counts = np.unique(np.array(values, np.int64), return_counts=True)
    return int(found[np.argmax(counts)]) if len(found) else 0
