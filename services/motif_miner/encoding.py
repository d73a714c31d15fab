"""Node encoding by iterated neighbour labels (Pei et al., section 3.2, Equation 2)."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from nar.graph import Graph, Ints
from services.motif_miner.options import MiningOptions, Neighbours

Labels = NDArray[np.uint64]
"""One 64-bit label a node: equal for equal patterns, up to a collision; the same value in every graph."""

_SELF, _PARENT, _CHILD = (np.uint64(seed) for seed in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


def encode(graph: Graph, options: MiningOptions) -> Labels:
    """Labels (V,) after `options.steps` rounds: `h_i^(s) = L(h_i^(s-1), {h_j^(s-1) of parents}, {... of children})`.

    L is a hash, so a new pattern gets a new label without a table of the patterns seen, and equal patterns of different
    graphs get equal labels. Of each side the *set* of labels counts: reading three equal tensors is the same pattern as
    reading two, which is what makes the layers of a dense block equal although each reads one tensor more than the last.
    Does not depend on the numbering of the nodes. O(steps * E log E).
    """
    labels = first_labels(graph, use_op_labels=options.use_op_labels)
    for _ in range(options.steps):
        fresh = mix(labels * _SELF + _SELF)
        if options.neighbours is not Neighbours.CHILDREN:
            fresh += mix(_sum_of_sets(labels, graph.edges[0], graph.edges[1]) + _PARENT)
        if options.neighbours is not Neighbours.PARENTS:
            fresh += mix(_sum_of_sets(labels, graph.edges[1], graph.edges[0]) + _CHILD)
        labels = mix(fresh)
    return labels


def first_labels(graph: Graph, *, use_op_labels: bool) -> Labels:
    """Labels (V,) before the first round: a hash of the op's name, or one label for all."""
    if not use_op_labels:
        return np.zeros(len(graph), np.uint64)
    return hash_texts(graph.op_table)[graph.op]


def hash_texts(texts: tuple[str, ...]) -> Labels:
    """One 64-bit hash a text."""
    return np.frombuffer(b"".join(hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts), np.uint64)


def mix(values: Labels) -> Labels:
    """splitmix64's finaliser: every input bit reaches every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _sum_of_sets(labels: Labels, sources: Ints, targets: Ints) -> Labels:
    """For each node, the sum of the mixed distinct labels of those `sources` that have it as target."""
    result = np.zeros(len(labels), np.uint64)
    if len(targets) == 0:
        return result
    read = labels[sources]
    order = np.lexsort((read, targets))
    read, targets = read[order], targets[order]
    fresh = np.ones(len(read), bool)
    fresh[1:] = (read[1:] != read[:-1]) | (targets[1:] != targets[:-1])
    read, targets = mix(read[fresh] + _SELF), targets[fresh]
    starts = np.flatnonzero(np.r_[True, targets[1:] != targets[:-1]])
    result[targets[starts]] = np.add.reduceat(read, starts)
    return result
