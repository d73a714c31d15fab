"""Node encoding: a node's label after s rounds stands for all that lies within s edges of it (Equation 2).

The paper numbers each new pattern of neighbours; here the number is a 64-bit hash of the pattern, so that labels are
the same in every graph and no table is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nar.fingerprint import hash_texts, mix, neighbour_hashes
from nar.graph import Graph, Ints
from services.motif_miner.options import Neighbours

Labels = NDArray[np.uint64]


def op_labels(graph: Graph, *, use_op_labels: bool = True) -> Labels:
    """(V,) first labels h^(0): a hash of the op's name, or the same for all."""
    if not use_op_labels:
        return np.ones(len(graph), np.uint64)
    return hash_texts(graph.op_table)[graph.op]


def size_labels(graph: Graph) -> Labels:
    """(V,) hashes of each op's output shape. Parameters do not count: an ONNX file may count a mask as one."""
    return hash_texts([repr(shape) for shape in graph.shape_table])[graph.shape]


def encode(labels: Labels, edges: Ints, steps: int, neighbours: Neighbours = Neighbours.BOTH) -> Labels:
    """h^(s): labels of the nodes after `steps` rounds. O(steps (V + E)).

    Args:
        labels: (V,) first labels h^(0).
        edges: (2, E) producer and consumer.
        steps: rounds s.
        neighbours: parents, children, or both, kept apart.
    """
    for _ in range(steps):
        parents, children = neighbour_hashes(labels, edges)
        total = mix(labels)
        if neighbours is not Neighbours.CHILDREN:
            total = total + parents
        if neighbours is not Neighbours.PARENTS:
            total = total + children
        labels = mix(total)
    return labels
