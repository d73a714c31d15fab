"""Node encoding: a node's label after s rounds stands for all that lies within s edges of it (Equation 2).

The paper numbers each new pattern of neighbours; here the number is a 64-bit hash of the pattern, so that labels are
the same in every graph and no table is needed.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from nar.graph import Graph, Ints
from services.motif_miner.options import Neighbours

Labels = NDArray[np.uint64]

_PARENT, _CHILD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


def mix(values: Labels) -> Labels:
    """splitmix64's finaliser: every input bit reaches every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def op_labels(graph: Graph, *, use_op_labels: bool = True) -> Labels:
    """(V,) first labels h^(0): a hash of the op's name, or the same for all."""
    if not use_op_labels:
        return np.ones(len(graph), np.uint64)
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in graph.op_table)
    return np.frombuffer(digests, np.uint64)[graph.op]


def size_labels(graph: Graph) -> Labels:
    """(V,) hashes of each op's output shape. Parameters do not count: an ONNX file may count a mask as one."""
    digests = b"".join(hashlib.blake2b(repr(shape).encode(), digest_size=8).digest() for shape in graph.shape_table)
    return np.frombuffer(digests, np.uint64)[graph.shape]


def encode(labels: Labels, edges: Ints, steps: int, neighbours: Neighbours = Neighbours.BOTH) -> Labels:
    """h^(s): labels of the nodes after `steps` rounds. O(steps (V + E)).

    Args:
        labels: (V,) first labels h^(0).
        edges: (2, E) producer and consumer.
        steps: rounds s.
        neighbours: parents, children, or both, kept apart.
    """
    for _ in range(steps):
        total = mix(labels)
        # Sums of mixed hashes stand for multisets: the order of neighbours does not count.
        if neighbours is not Neighbours.CHILDREN:
            total = total + _gather(labels, edges[0], edges[1], _PARENT)
        if neighbours is not Neighbours.PARENTS:
            total = total + _gather(labels, edges[1], edges[0], _CHILD)
        labels = mix(total)
    return labels


def _gather(labels: Labels, source: Ints, target: Ints, seed: np.uint64) -> Labels:
    """Per target, the sum of the mixed labels of its sources."""
    sums = np.zeros(len(labels), np.uint64)
    np.add.at(sums, target, mix(labels[source] + seed))
    return sums
