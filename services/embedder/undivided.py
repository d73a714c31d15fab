"""A graph as its only motif: what baselines embed."""

from __future__ import annotations

import numpy as np

from nar.architecture import Decomposition, Motif
from nar.fingerprint import fingerprint
from nar.graph import Graph


def undivided(graph: Graph) -> Decomposition:
    """`graph` with itself as the only motif, of one instance."""
    found = fingerprint(graph)
    return Decomposition(
        fingerprint=found.exact,
        motifs=(Motif(found.topology, "the whole graph", graph, graph),),
        instance_motif=np.zeros(1, np.int64),
        op_instance=np.zeros(len(graph), np.int64),
        edges=np.zeros((2, 0), np.int64),
        instance_params=graph.params.sum(keepdims=True),
        instance_flops=graph.flops.sum(keepdims=True),
    )
